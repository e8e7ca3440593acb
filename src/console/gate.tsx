import { lazy, type ReactNode, Suspense } from 'react';
import { Loading, Refused } from './parts/states.tsx';
import { SessionGate } from './session.tsx';

// Whoever is logged in already does not load the forms.
const LogIn = lazy(async () => ({ default: (await import('./log-in.tsx')).LogIn }));
const ChoosePassword = lazy(async () => ({ default: (await import('./log-in.tsx')).ChoosePassword }));

/** Nothing is shown to nobody: first it is known who is there. */
export function Gate({ children }: { readonly children: ReactNode }): ReactNode {
  return (
    <SessionGate
      waiting={<Loading />}
      away={(error, retry) => <Refused error={error} retry={retry} />}
      logIn={(isExpired) => (
        <Suspense fallback={<Loading />}>
          <LogIn isExpired={isExpired} />
        </Suspense>
      )}
      choosePassword={
        <Suspense fallback={<Loading />}>
          <ChoosePassword />
        </Suspense>
      }
    >
      {children}
    </SessionGate>
  );
}
