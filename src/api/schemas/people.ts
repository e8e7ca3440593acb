import { type Static, Type } from 'typebox';
import { type ApiKey, type AuditEntry, type Numbered, type PersonView, ROLES } from '../../host/index.ts';
import { type Operation, operationsOf, type Reach, SCOPES } from '../access.ts';
import { csrfToken } from '../caller.ts';
import { Id, Instant, instantText, Line, maybe, Name, Named, OneOf, Strict, same } from './common.ts';

export const RoleSchema = OneOf(ROLES);
export const Login = Type.String({ pattern: '^[a-z][a-z0-9._-]{1,31}$' });
/** Any text: a password that is too short is refused with the rule, and one that is wrong without a word. */
const Password = Type.String({ maxLength: 1024 });

export const PersonSchema = Type.Object(
  {
    login: Login,
    name: Name,
    role: RoleSchema,
    subscriber: Type.Optional(Id),
    locked: Type.Boolean(),
    oneTimeUntil: Type.Optional(
      Type.String({ format: 'date-time', description: 'The password has to be changed, until then.' }),
    ),
    createdAt: Instant,
  },
  { $id: 'Person' },
);
export type PersonJson = Static<typeof PersonSchema>;

export const personJson = (person: PersonView): PersonJson => ({
  login: person.id,
  name: person.name,
  role: person.role,
  ...maybe('subscriber', person.subscriber, same),
  locked: person.locked,
  ...maybe('oneTimeUntil', person.oneTimeUntil, instantText),
  createdAt: instantText(person.createdAt),
});

export const NewPerson = Strict({ login: Login, name: Name, role: RoleSchema, subscriber: Type.Optional(Id) });
export const PersonChange = Strict({
  name: Type.Optional(Name),
  role: Type.Optional(RoleSchema),
  locked: Type.Optional(Type.Boolean()),
});
export const PersonWithPassword = Type.Object({
  person: Named(PersonSchema),
  oneTimePassword: Type.String({ description: 'Told here and nowhere else.' }),
});

export const Credentials = Strict({ login: Line(0, 128), password: Password });
export const LogInSchema = Type.Object(
  { provider: Type.Boolean({ description: 'Whether one may log in with an identity provider too.' }) },
  { $id: 'LogIn', description: 'How one may log in here, told before anybody is logged in.' },
);
export type LogInJson = Static<typeof LogInSchema>;
export const PasswordChange = Strict({ old: Password, new: Password });

export const SessionSchema = Type.Object(
  {
    person: Named(PersonSchema),
    csrfToken: Type.String({ description: 'Send it as x-csrf-token with every request that is no GET.' }),
    operations: Type.Record(Type.String(), OneOf(['all', 'own']), {
      description: 'What this role may do, by operation of this document, and whether with everything or with its own.',
    }),
  },
  { $id: 'Session' },
);
export type SessionJson = Omit<Static<typeof SessionSchema>, 'operations'> & {
  readonly operations: Partial<Record<Operation, Reach>>;
};

export const sessionJson = (person: PersonView, token: string) => ({
  person: personJson(person),
  csrfToken: csrfToken(token),
  operations: operationsOf(person.role) as Record<string, Reach>,
});

export const ApiKeySchema = Type.Object(
  {
    id: Type.String(),
    name: Name,
    role: RoleSchema,
    scopes: Type.Array(Type.String()),
    createdBy: Type.String(),
    createdAt: Instant,
    expiresAt: Type.Optional(Instant),
    revokedAt: Type.Optional(Instant),
  },
  { $id: 'ApiKey' },
);
export type ApiKeyJson = Static<typeof ApiKeySchema>;

export const apiKeyJson = (key: ApiKey): ApiKeyJson => ({
  id: key.id,
  name: key.name,
  role: key.role,
  scopes: [...key.scopes],
  createdBy: key.createdBy,
  createdAt: instantText(key.createdAt),
  ...maybe('expiresAt', key.expiresAt, instantText),
  ...maybe('revokedAt', key.revokedAt, instantText),
});

export const NewApiKey = Strict({
  name: Name,
  role: RoleSchema,
  scopes: Type.Array(OneOf(SCOPES), { minItems: 1, maxItems: SCOPES.length }),
  expiresAt: Type.Optional(Instant),
});
export const ApiKeyWithSecret = Type.Object({
  apiKey: Named(ApiKeySchema),
  key: Type.String({ description: 'Told here and nowhere else.' }),
});

export const AuditSchema = Type.Object(
  {
    number: Type.Integer(),
    at: Type.String({ format: 'date-time', description: 'By the clock on the wall.' }),
    by: Type.String({ description: 'A login, or `key:` and the id of an API key.' }),
    role: RoleSchema,
    action: Type.String(),
    subject: Type.String(),
    detail: Type.String(),
    request: Type.String({ description: 'The id of the request, as in the log.' }),
  },
  { $id: 'AuditEntry' },
);
export type AuditJson = Static<typeof AuditSchema>;

export const auditJson = ({ at, ...entry }: Numbered<AuditEntry>): AuditJson => ({ ...entry, at: instantText(at) });
