import { lazy, type ReactNode, Suspense } from 'react';
import { Outlet, type RouteObject } from 'react-router';
import { Gate } from './gate.tsx';
import { isFor, PAGES, type PageEntry } from './pages.ts';
import { Broken, Loading, NotAllowed, NotFound } from './parts/states.tsx';
import { useSession } from './session.tsx';
import { Shell } from './shell.tsx';
import { Start } from './start.tsx';

/**
 * A page for whoever may see it: for others there is a sentence, and the API would refuse them too. What only a demo has
 * says so itself.
 */
function Guarded({ page, children }: { readonly page: PageEntry; readonly children: ReactNode }): ReactNode {
  const { may } = useSession();
  return isFor(page, may, true) ? <Suspense fallback={<Loading />}>{children}</Suspense> : <NotAllowed />;
}

function routeOf(page: PageEntry): RouteObject {
  const Page = lazy(async () => ({ default: await page.load() }));
  return {
    path: page.path,
    element: (
      <Guarded page={page}>
        <Page />
      </Guarded>
    ),
    errorElement: <Broken />,
  };
}

/** Within the frame are the pages of those who work here; a kiosk or a panel has the screen for itself. */
export const routes: RouteObject[] = [
  {
    element: (
      <Gate>
        <Outlet />
      </Gate>
    ),
    errorElement: <Broken />,
    children: [
      {
        element: <Shell />,
        children: [
          { index: true, element: <Start /> },
          ...PAGES.filter(({ frame }) => frame !== 'none').map(routeOf),
          { path: '*', element: <NotFound /> },
        ],
      },
      ...PAGES.filter(({ frame }) => frame === 'none').map(routeOf),
    ],
  },
];
