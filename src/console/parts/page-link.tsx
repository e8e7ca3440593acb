import type { ReactNode } from 'react';
import { Link, matchPath } from 'react-router';
import { isFor, PAGES } from '../pages.ts';
import { useSession } from '../session.tsx';

interface PageLinkProps {
  /** Without what stands behind a question mark. */
  readonly to: string;
  readonly children: ReactNode;
}

/** Leads to a page, for whoever may see it; for others it is said and leads nowhere. */
export function PageLink({ to, children }: PageLinkProps): ReactNode {
  const { may } = useSession();
  const isOpen = PAGES.some((page) => matchPath(`/${page.path}`, to) !== null && isFor(page, may, true));
  return isOpen ? <Link to={to}>{children}</Link> : children;
}
