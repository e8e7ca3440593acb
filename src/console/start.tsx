import type { ReactNode } from 'react';
import { Navigate } from 'react-router';
import { PAGES } from './pages.ts';
import { NotAllowed } from './parts/states.tsx';
import { useSession } from './session.tsx';
import { isFor } from './shell.tsx';

/** The first page of the menu that somebody may see. */
export function Start(): ReactNode {
  const { may } = useSession();
  const first = PAGES.find((page) => page.group !== undefined && isFor(page, may));
  return first === undefined ? <NotAllowed /> : <Navigate to={`/${first.path}`} replace />;
}
