import { SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { ApprovalJson } from '../../../api/index.ts';
import { APPROVAL_WORDS, CARD_WORDS } from '../../../words/index.ts';
import { change } from '../../ask.ts';
import { useDoing } from '../../doing.ts';
import { useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { MoneyField, RefusalLine, Submit, useParsedMoney } from '../../parts/fields.tsx';
import { useSession } from '../../session.tsx';

/** What takes value off a card, or to another, is asked for where the card is. */
const OPERATIONS = {
  void: 'proposeVoid',
  'manual-credit': 'proposeCredit',
  'card-credit': 'proposeCardCredit',
  'key-change': 'proposeKeyChange',
} as const;
type Kind = keyof typeof OPERATIONS;
const KINDS = Object.keys(OPERATIONS) as readonly Kind[];

/** What somebody may ask for. */
export function useAsks(): readonly Kind[] {
  const { may } = useSession();
  return KINDS.filter((kind) => may(OPERATIONS[kind]) !== undefined);
}

interface AskProps {
  /** `ask` opens the form; the rest of the address fills it in. */
  readonly wanted: URLSearchParams;
  readonly close: () => void;
}

/** Asks for what takes another's decision. */
export function Ask({ wanted, close }: AskProps): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const ask = wanted.get('ask');
  return (
    <Dialog isOpen={ask !== null} close={close} title={words.ask}>
      <AskForm key={wanted.toString()} wanted={wanted} close={close} />
    </Dialog>
  );
}

function AskForm({ wanted, close }: AskProps): ReactNode {
  const words = useWords(APPROVAL_WORDS);
  const cardWords = useWords(CARD_WORDS);
  const kinds = useAsks();
  const named = kinds.find((each) => each === wanted.get('ask'));
  const [kind, setKind] = useState<Kind>(named ?? kinds[0] ?? 'void');
  const [order, setOrder] = useState(wanted.get('order') ?? '');
  const [typed, setTyped] = useState(wanted.get('meter') ?? '');
  const [card, setCard] = useState(wanted.get('card') ?? '');
  const [region, setRegion] = useState(wanted.get('region') ?? 'gas');
  const [text, setText] = useState('');
  const [purpose, setPurpose] = useState<'value' | 'control'>('value');
  const [why, setWhy] = useState('');
  const amount = useParsedMoney(text);
  const isCredit = kind === 'manual-credit' || kind === 'card-credit';
  const meter = typed.trim().toLowerCase();
  const asking = useDoing<ApprovalJson>((once) => {
    const { path, body } = requestOf();
    return change(path, { method: 'POST', once, body: { ...body, why: why.trim() } });
  }, close);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {kinds.length > 1 && (
          <SegmentedControl
            aria-label={words.what}
            data={kinds.map((value) => ({ value, label: words.kinds[value] }))}
            value={kind}
            onChange={(value) => setKind(value as Kind)}
            fullWidth
          />
        )}
        <Text size="sm" className="quiet">
          {words.asks[kind]}
        </Text>
        {kind === 'void' ? (
          <TextInput
            label={words.order}
            description={words.orderHint}
            required
            value={order}
            onChange={({ currentTarget }) => setOrder(currentTarget.value)}
          />
        ) : kind === 'card-credit' ? (
          <>
            <TextInput
              label={cardWords.card}
              description={cardWords.numberHint}
              required
              maxLength={14}
              autoCapitalize="none"
              value={card}
              onChange={({ currentTarget }) => setCard(currentTarget.value)}
            />
            <Select
              label={cardWords.region}
              data={Object.entries(cardWords.regions).map(([value, label]) => ({ value, label }))}
              value={region}
              onChange={(value) => setRegion(value ?? region)}
              allowDeselect={false}
            />
          </>
        ) : (
          <TextInput
            label={words.meter}
            description={words.meterHint}
            required
            maxLength={6}
            autoCapitalize="none"
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        )}
        {isCredit && <MoneyField label={words.amount} value={text} onChange={setText} />}
        {kind === 'key-change' && (
          <Select
            label={words.purpose}
            data={(['value', 'control'] as const).map((value) => ({ value, label: words.purposes[value] }))}
            value={purpose}
            onChange={(value) => setPurpose(value === 'control' ? 'control' : 'value')}
            allowDeselect={false}
          />
        )}
        <TextInput
          label={words.why}
          description={words.whyHint}
          required
          maxLength={128}
          value={why}
          onChange={({ currentTarget }) => setWhy(currentTarget.value)}
        />
        <RefusalLine error={asking.error} />
        <Submit
          label={words.askIt}
          isPending={asking.isPending}
          disabled={isCredit && amount === undefined}
          cancel={close}
        />
      </Stack>
    </form>
  );

  function requestOf(): { readonly path: string; readonly body: object } {
    switch (kind) {
      case 'void':
        return { path: `/orders/${encodeURIComponent(order.trim())}/void`, body: {} };
      case 'manual-credit':
        return { path: `/meters/${meter}/credits`, body: { amount } };
      case 'card-credit':
        return { path: `/cards/${card.trim().toLowerCase()}/regions/${region}/credits`, body: { amount } };
      case 'key-change':
        return { path: `/meters/${meter}/key-changes`, body: { purpose } };
    }
  }
}
