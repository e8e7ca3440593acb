import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import type { CallJson } from '../../../api/index.ts';
import { PHONE_CALL_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { useMay } from '../../session.tsx';

/** Says that somebody has called back; nothing where nobody waits, or for whoever may only look. */
export function CalledBack({ call }: { readonly call: CallJson }): ReactNode {
  const words = useWords(PHONE_CALL_WORDS);
  const may = useMay('settleCall') !== undefined;
  const settling = useDoing<CallJson>((once) =>
    change(`/calls/${encodeURIComponent(call.id)}/called-back`, { method: 'POST', once }),
  );
  if (!may || call.state !== 'wants-person') return null;
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`${words.calledBack}: ${call.callBack ?? words.withheld}`}
        loading={settling.isPending}
        onClick={() => settling.mutate()}
      >
        {words.calledBack}
      </Button>
      <RefusalLine error={settling.error} />
    </>
  );
}
