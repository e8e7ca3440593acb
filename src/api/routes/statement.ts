import { Type } from 'typebox';
import { greenButton, type Statement, statementCsv, statementJson, statementSheet } from '../../host/index.ts';
import { assertNever } from '../../units/index.ts';
import { acceptedForm, onPaper } from '../forms.ts';
import { made, Problem } from '../problem.ts';
import { Id, Named, OneOf, Strict } from '../schemas/common.ts';
import { LocalDate, type StatementJson, StatementSchema } from '../schemas/statement.ts';
import type { Api, ApiServices } from '../server.ts';
import { MeterParams, meterAndStay } from './meters.ts';

/** What a request may make this process compute: a quarter. The command line has more. */
const STATEMENT_DAYS_MAX = 100;
const MS_PER_DAY = 86_400_000;

const FORMS = {
  json: 'application/json',
  csv: 'text/csv',
  pdf: 'application/pdf',
  espi: 'application/atom+xml',
} as const;
type Form = keyof typeof FORMS;

const text = (description: string) => ({ schema: Type.String({ description }) });

export function statementRoutes(app: Api, { host, paper }: ApiServices): void {
  app.get(
    '/meters/:meter/statement',
    {
      config: { operation: 'readStatement' },
      schema: {
        tags: ['meters'],
        summary: 'The balance of a meter explained over at most 100 days, both dates included',
        params: MeterParams,
        querystring: Strict({
          from: LocalDate,
          to: LocalDate,
          subscriber: Type.Optional(Id),
          form: Type.Optional(OneOf(Object.keys(FORMS) as Form[], 'In the place of `Accept`.')),
        }),
        response: {
          200: {
            description: 'The statement',
            content: {
              [FORMS.json]: { schema: Named(StatementSchema) },
              [FORMS.csv]: text('RFC 4180; a line for each balance, movement, day, price and difference.'),
              [FORMS.pdf]: text('A4.'),
              [FORMS.espi]: text('Green Button: NAESB REQ.21 ESPI.'),
            },
          } as never,
        },
      },
    },
    async (request, reply) => {
      const { from, to } = request.query;
      const form = request.query.form ?? acceptedForm(request.headers.accept, FORMS);
      if (form === undefined) {
        throw new Problem('not-acceptable', `A statement is given as ${Object.values(FORMS).join(', ')}.`);
      }
      if (Date.parse(to) - Date.parse(from) >= STATEMENT_DAYS_MAX * MS_PER_DAY) {
        throw new Problem('range-wrong', `Here a statement has at most ${STATEMENT_DAYS_MAX} days: ask for fewer.`, {
          daysMax: STATEMENT_DAYS_MAX,
        });
      }
      const whose = await stayAsked(request);
      const statement = made(await host.statement({ ...whose, from, to }));
      reply.header('vary', 'accept');
      const json: StatementJson = statementJson(statement);
      if (form === 'json') return json as never;
      const extension = form === 'espi' ? 'xml' : form;
      const name = `statement-${request.params.meter}-${from}-${to}.${extension}`;
      reply.header('content-disposition', `attachment; filename="${name}"`);
      reply.type(form === 'pdf' ? FORMS.pdf : `${FORMS[form]}; charset=utf-8`);
      return (await formed(statement, form)) as never;
    },
  );

  /** Whoever sees all may name whose statement it is: of a household that moved out, or of the one after it. */
  async function stayAsked(request: Parameters<typeof meterAndStay>[1] & { readonly query: { subscriber?: string } }) {
    const whose = await meterAndStay(host, request);
    const { subscriber } = request.query;
    if (subscriber === undefined || whose.within !== undefined) return whose;
    return { ...whose, within: made(await host.stay({ meter: whose.meter, subscriber })) };
  }

  async function formed(statement: Statement, form: Exclude<Form, 'json'>): Promise<string | Buffer> {
    switch (form) {
      case 'csv':
        return statementCsv(statement);
      case 'espi':
        return greenButton(statement);
      case 'pdf':
        return onPaper(paper, (draw) => draw(statementSheet(statement), 'The statement', statement.asOf));
      default:
        return assertNever(form);
    }
  }
}
