import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { type ReactNode, useReducer, useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import type { MeterJson, TariffJson } from '../../../api/index.ts';
import { fill, TARIFFS_WORDS } from '../../../words/index.ts';
import { useFormat, useWords } from '../../locale.tsx';
import { Page, Panel } from '../../parts/page.tsx';
import { DataTable, Rows } from '../../parts/rows.tsx';
import { Loaded } from '../../parts/states.tsx';
import { usePages } from '../../reads.ts';
import { useMay, useSession } from '../../session.tsx';
import { AssignTariff } from './assign.tsx';
import { Editor } from './editor.tsx';
import { type History, historyOf, type Step, stepped } from './history.ts';
import { type Definition, definitionOf, type Painting, paintingOf } from './painting.ts';
import { Preview } from './preview.tsx';
import { PublishTariff } from './publish.tsx';

/** The canvas of a tariff that is not there yet. */
const EMPTY: Definition = { unitCharge: '25000', bands: [], otherwise: 100 };

/** One tariff: its week to paint, what that would cost a household, its versions and its meters. */
export function TariffPage(): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { name = '' } = useParams();
  const versions = usePages<TariffJson>(`/tariffs/${encodeURIComponent(name)}/versions`);
  const { items } = versions;
  return (
    <Loaded of={{ data: items, error: versions.error, refetch: versions.refetch as never }} waiting={words.waiting}>
      {(found) => <Tariff key={name} name={name} versions={found} more={versions} />}
    </Loaded>
  );
}

interface TariffProps {
  readonly name: string;
  readonly versions: readonly TariffJson[];
  readonly more: ReturnType<typeof usePages<TariffJson>>;
}

function Tariff({ name, versions, more }: TariffProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const [parameters] = useSearchParams();
  const asked = versions.find(({ edition }) => String(edition) === parameters.get('version')) ?? versions[0];
  const base = asked?.definition ?? EMPTY;
  const [isPublishing, publishing] = useDisclosure();
  const [isAssigning, assigning] = useDisclosure();
  const mayPublish = useMay('publishTariff') !== undefined;
  const mayAssign = useMay('assignTariff') !== undefined;
  const firstPainting = paintingOf(base);
  const begun = typeof firstPainting === 'string' ? paintingOf(EMPTY) : firstPainting;
  const [history, step] = useReducer(
    stepped<Painting> as (history: History<Painting>, step: Step<Painting>) => History<Painting>,
    begun as Painting,
    historyOf<Painting>,
  );
  const [shownVersion, setShownVersion] = useState(asked?.version);
  if (shownVersion !== asked?.version) {
    setShownVersion(asked?.version);
    step({ type: 'begin', value: begun as Painting });
  }
  const isPaintable = typeof firstPainting !== 'string';
  const [isRepainting, repainting] = useDisclosure();
  const isPainted = isPaintable || isRepainting;
  const definition = isPainted ? definitionOf(history.present) : base;
  const isChanged = isPainted && (history.past.length > 0 || asked === undefined || isRepainting);
  return (
    <Page
      title={name}
      note={asked === undefined ? fill(words.unknown, name) : isChanged ? words.changed : words.unchanged}
      actions={
        <>
          {mayAssign && asked !== undefined && (
            <Button size="xs" variant="default" onClick={assigning.open}>
              {words.assign}
            </Button>
          )}
          {mayPublish && (
            <Button size="xs" onClick={publishing.open} disabled={!isChanged}>
              {words.publish}
            </Button>
          )}
        </>
      }
    >
      <PublishTariff name={name} definition={definition} isOpen={isPublishing} close={publishing.close} />
      <AssignTariff name={name} isOpen={isAssigning} close={assigning.close} />
      {isPainted ? (
        <Editor history={history} step={step} mayPaint={mayPublish} />
      ) : (
        <AsItIs
          definition={base}
          why={words.unpaintable[firstPainting as keyof typeof words.unpaintable]}
          {...(mayPublish && { repaint: repainting.open })}
        />
      )}
      {mayPublish && <Preview tariff={name} definition={definition} />}
      {versions.length > 0 && <Versions name={name} shown={asked?.version} more={more} />}
      {versions.length > 0 && <Meters name={name} />}
    </Page>
  );
}

interface AsItIsProps {
  readonly definition: Definition;
  readonly why: string;
  readonly repaint?: () => void;
}

/** A definition that no squares can say, as it was written. */
function AsItIs({ definition, why, repaint }: AsItIsProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  return (
    <Panel title={words.week}>
      <Stack gap="sm">
        <Text size="sm">
          {why} {repaint !== undefined && words.asItIs}
        </Text>
        <pre style={{ overflow: 'auto', maxHeight: 480, margin: 0, fontSize: 12 }}>
          {JSON.stringify(definition, undefined, 2)}
        </pre>
        {repaint !== undefined && (
          <Group>
            <Button size="xs" variant="default" onClick={repaint}>
              {words.add}
            </Button>
          </Group>
        )}
      </Stack>
    </Panel>
  );
}

interface VersionsProps {
  readonly name: string;
  readonly shown: number | undefined;
  readonly more: ReturnType<typeof usePages<TariffJson>>;
}

function Versions({ name, shown, more }: VersionsProps): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const { exact } = useFormat();
  const { utility } = useSession();
  const inForce = more.items?.find(({ validFrom }) => validFrom <= utility.now)?.version;
  return (
    <Panel title={words.versions}>
      <Rows of={more} waiting={words.waiting} blank={words.none}>
        {(items) => (
          <DataTable
            label={words.versions}
            items={items}
            keyOf={({ version }) => String(version)}
            columns={[
              {
                head: words.version,
                cell: ({ version, edition }) => (
                  <Anchor
                    component={Link}
                    size="sm"
                    to={`/tariffs/${encodeURIComponent(name)}?version=${edition}`}
                    aria-label={fill(words.openVersion, edition)}
                    aria-current={version === shown}
                    fw={version === shown ? 650 : undefined}
                  >
                    {edition}
                  </Anchor>
                ),
              },
              {
                head: words.from,
                cell: ({ validFrom, version }) =>
                  version === inForce ? `${exact(validFrom)} · ${words.inForce}` : exact(validFrom),
              },
              { head: words.publishedAt, cell: ({ publishedAt }) => exact(publishedAt) },
            ]}
          />
        )}
      </Rows>
      <Text size="xs" className="quiet" mt="xs">
        {words.versionsNote}
      </Text>
    </Panel>
  );
}

function Meters({ name }: { readonly name: string }): ReactNode {
  const words = useWords(TARIFFS_WORDS);
  const mayList = useMay('listMeters') === 'all';
  const meters = usePages<MeterJson>('/meters', { query: { tariff: name }, enabled: mayList });
  if (!mayList) return null;
  return (
    <Panel title={words.meters}>
      <Rows of={meters} waiting={words.waiting} blank={words.noMeters}>
        {(items) => (
          <Group gap="xs" component="ul" style={{ listStyle: 'none', margin: 0, padding: 0 }}>
            {items.map(({ number }) => (
              <li key={number}>
                <Anchor component={Link} underline="always" to={`/meters/${number}`} size="sm" ff="monospace">
                  {number}
                </Anchor>
              </li>
            ))}
          </Group>
        )}
      </Rows>
    </Panel>
  );
}
