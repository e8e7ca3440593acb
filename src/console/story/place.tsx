import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { isStorySeen, openStory, storyOpen, useDemo } from '../demo.ts';
import { useSession } from '../session.tsx';
import { useSignal } from '../signal.ts';

const StoryCard = lazy(async () => ({ default: (await import('./story.tsx')).StoryCard }));

/** Where the story stands once it is open: by itself for an operator who has not seen it, or by its button. */
export function StoryPlace(): ReactNode {
  const demo = useDemo();
  const { person } = useSession();
  const isOpen = useSignal(storyOpen);
  const isTold = demo !== undefined && person.role === 'operator';
  useEffect(() => {
    if (isTold && !isStorySeen()) openStory(true);
  }, [isTold]);
  if (!isTold || !isOpen) return null;
  return (
    <Suspense>
      <StoryCard demo={demo} close={() => openStory(false)} />
    </Suspense>
  );
}
