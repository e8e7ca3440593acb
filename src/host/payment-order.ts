const PREFIX = 'payment:';

/** The order that a payment becomes. */
export const orderOfPayment = (id: string): string => `${PREFIX}${id}`;

/** The payment that became an order, where one did. */
export const paymentOfOrder = (id: string): string | undefined =>
  id.startsWith(PREFIX) ? id.slice(PREFIX.length) : undefined;
