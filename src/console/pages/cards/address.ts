/** CSN as it is printed on a card. */
export const isCardNumber = (text: string): boolean => /^[0-9a-f]{14}$/.test(text);

export const cardAddress = (number: string): string => `/cards/${encodeURIComponent(number)}`;

export const offlineMeterAddress = (number: string): string => `/cards/meters/${encodeURIComponent(number)}`;
