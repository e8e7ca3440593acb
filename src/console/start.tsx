import type { ReactNode } from 'react';
import { Navigate } from 'react-router';
import { useDemo } from './demo.ts';
import { isFor, PAGES } from './pages.ts';
import { NotAllowed } from './parts/states.tsx';
import { useSession } from './session.tsx';

/** The first page of the menu that somebody may see. */
export function Start(): ReactNode {
  const { may } = useSession();
  const isDemo = useDemo() !== undefined;
  const first = PAGES.find((page) => page.group !== undefined && isFor(page, may, isDemo));
  return first === undefined ? <NotAllowed /> : <Navigate to={`/${first.path}`} replace />;
}
