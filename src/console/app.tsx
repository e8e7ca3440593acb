import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { createBrowserRouter } from 'react-router';
import { RouterProvider } from 'react-router/dom';
import { Refusal } from './ask.ts';
import { LocaleProvider } from './locale.tsx';
import { Missing } from './parts/missing.tsx';
import { Notices } from './parts/notices.tsx';
import { routes } from './routes.tsx';
import { SESSION_KEY } from './session.tsx';
import { theme } from './theme.ts';

const TRIES = 2;

/** Whoever is not logged in any more is asked to be. */
function lookAt(error: Error): void {
  if (!(error instanceof Refusal)) return;
  if (error.code === 'log-in-needed' || error.code === 'password-one-time') {
    void client.invalidateQueries({ queryKey: SESSION_KEY });
  }
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError: (error, { queryKey }) => void (queryKey[0] === 'session' || lookAt(error)) }),
  mutationCache: new MutationCache({ onError: lookAt }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What was refused is refused again; a host that is away may come back.
      retry: (count, error) => error instanceof Refusal && error.code === 'away' && count < TRIES,
    },
  },
});

const router = createBrowserRouter(routes);

export function App(): ReactNode {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <LocaleProvider>
          <Notices />
          <Missing />
          <RouterProvider router={router} />
        </LocaleProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
}
