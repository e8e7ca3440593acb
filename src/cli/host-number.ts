/** Number of a host, for people who read what units say of each other. */
export const HOST_NUMBER = 1;
