import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { ContractJson, PaymentPortJson } from '../../../api/index.ts';
import { fill, HOME_WORDS } from '../../../words/index.ts';
import { change, type Refusal } from '../../ask.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { RefusalLine } from '../../parts/fields.tsx';
import { Panel } from '../../parts/page.tsx';
import { Loaded } from '../../parts/states.tsx';
import { useRead } from '../../reads.ts';
import { ContractForm } from './contract-form.tsx';

/** Ways of which a mandate or a token can be kept with the partner, so that they pay without their owner. */
const BY_ITSELF: readonly PaymentPortJson['method'][] = ['direct-debit', 'bank-transfer', 'payment-service'];

/** The contract for automatic transfer: what it says, and to agree on one, change it and end it. */
export function AutomaticTransfer({ meter }: { readonly meter: string }): ReactNode {
  const { contract: words } = useWords(HOME_WORDS);
  const path = `/meters/${meter}/contract`;
  const contract = useRead<ContractJson>(path, { live: true });
  const ports = useRead<{ readonly items: readonly PaymentPortJson[] }>('/payment-ports');
  const [isWriting, { open, close }] = useDisclosure();
  const [isEnding, ending] = useDisclosure();
  const client = useQueryClient();
  const refresh = () => client.resetQueries({ queryKey: ['live', path] });
  const end = useMutation<ContractJson, Refusal>({
    mutationFn: () => change(path, { method: 'DELETE' }),
    onSuccess: async () => {
      ending.close();
      await refresh();
    },
  });
  const none = contract.error?.code === 'contract-unknown';
  return (
    <Panel title={words.title}>
      {!none && <Loaded of={contract}>{(agreed) => <Agreed contract={agreed} />}</Loaded>}
      <Loaded of={ports}>
        {({ items }) => {
          const able = items.filter(({ method }) => BY_ITSELF.includes(method));
          return (
            <>
              {none && <Text size="sm">{able.length === 0 ? words.noPort : words.none}</Text>}
              <Group gap="xs" mt="sm">
                {able.length > 0 && (none || contract.data !== undefined) && (
                  <Button variant="default" size="xs" onClick={open}>
                    {none ? words.agree : words.change}
                  </Button>
                )}
                {!none && contract.data !== undefined && (
                  <Button variant="default" size="xs" onClick={ending.open}>
                    {words.end}
                  </Button>
                )}
              </Group>
              <Dialog isOpen={isWriting} close={close} title={words.title}>
                <ContractForm
                  path={path}
                  before={none ? undefined : contract.data}
                  ports={able}
                  done={async () => {
                    close();
                    await refresh();
                  }}
                />
              </Dialog>
            </>
          );
        }}
      </Loaded>
      <Dialog isOpen={isEnding} close={ending.close} title={words.title}>
        <Stack gap="sm">
          <Text size="sm">{words.endSure}</Text>
          <RefusalLine error={end.error} />
          <Group gap="xs">
            <Button loading={end.isPending} onClick={() => end.mutate()}>
              {words.end}
            </Button>
            <Button variant="default" onClick={ending.close}>
              {words.keep}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </Panel>
  );
}

function Agreed({ contract }: { readonly contract: ContractJson }): ReactNode {
  const { contract: words } = useWords(HOME_WORDS);
  const { money, day, count } = useFormat();
  const { threshold, paid, port, perDayMax, perMonthMax, agreedAt, transfers } = contract;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {fill(words.says, money(threshold), money(paid), port)}
      </Text>
      <Text size="sm">{fill(words.limits, money(perDayMax), money(perMonthMax))}</Text>
      <Text size="xs" className="quiet">
        {fill(words.since, day(agreedAt), count(transfers))}
      </Text>
    </Stack>
  );
}
