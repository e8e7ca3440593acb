/** What whoever walks through the pages goes by: the table of the router. */
export { PAGES, type PageEntry } from './pages.ts';
