/** Where the page of a subscriber is. */
export const subscriberAddress = (id: string): string => `/subscribers/${encodeURIComponent(id)}`;
