import { Type } from 'typebox';
import type { NewApiKey, NewPerson as WantedPerson } from '../../host/index.ts';
import { actOf } from '../acts.ts';
import { afterOf, beforeOf, limitOf, pageOf } from '../paging.ts';
import { made } from '../problem.ts';
import { Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import {
  ApiKeySchema,
  ApiKeyWithSecret,
  AuditSchema,
  apiKeyJson,
  auditJson,
  Login,
  NewApiKey as NewApiKeyBody,
  NewPerson,
  PersonChange,
  PersonSchema,
  PersonWithPassword,
  personJson,
} from '../schemas/people.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';
import { instantOf } from './meters.ts';

const PersonParams = Strict({ login: Login });

/** People, API keys, and the log of what everybody did. */
export function peopleRoutes(app: Api, services: ApiServices): void {
  const { people } = services;
  const tags = ['people'];
  const actOn = (request: FastifyRequest, login: string, detail?: object) =>
    actOf(services, request, { subject: `person ${login}`, ...(detail && { detail }) });

  app.get(
    '/people',
    {
      config: { operation: 'listPeople' },
      schema: {
        tags,
        summary: 'People, by login',
        querystring: PageQuery,
        response: { 200: PageOf(Named(PersonSchema)) },
      },
    },
    async ({ query }) => {
      const found = await people.people({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, personJson, ({ id }) => id);
    },
  );

  app.get(
    '/people/:login',
    {
      config: { operation: 'readPerson', thing: { type: 'person', param: 'login' } },
      schema: { tags, summary: 'A person', params: PersonParams, response: { 200: Named(PersonSchema) } },
    },
    async ({ params: { login } }) => {
      return personJson(made(await people.person(login)));
    },
  );

  app.post(
    '/people',
    {
      config: { operation: 'addPerson' },
      schema: {
        tags,
        summary: 'Add a person, who logs in with the one-time password',
        body: NewPerson,
        response: { 201: PersonWithPassword },
      },
    },
    async (request, reply) => {
      const { login, name, role, subscriber } = request.body;
      const wanted: WantedPerson = { login, name, role, ...(subscriber !== undefined && { subscriber }) };
      const added = made(await people.addPerson(actOn(request, login, { name, role, subscriber }), wanted));
      reply.code(201).header('location', `/api/v1/people/${login}`);
      return { person: personJson(added.person), oneTimePassword: added.password };
    },
  );

  app.patch(
    '/people/:login',
    {
      config: { operation: 'changePerson', thing: { type: 'person', param: 'login' } },
      schema: {
        tags,
        summary: 'Change name or role, lock or unlock',
        params: PersonParams,
        body: PersonChange,
        response: { 200: Named(PersonSchema) },
      },
    },
    async (request) => {
      const { login } = request.params;
      const { name, role, locked } = request.body;
      const change = {
        ...(name !== undefined && { name }),
        ...(role !== undefined && { role }),
        ...(locked !== undefined && { locked }),
      };
      return personJson(made(await people.changePerson(actOn(request, login, change), login, change)));
    },
  );

  app.post(
    '/people/:login/password-reset',
    {
      config: { operation: 'resetPassword', thing: { type: 'person', param: 'login' } },
      schema: {
        tags,
        summary: 'A new one-time password; ends all sessions of the person',
        params: PersonParams,
        response: { 200: PersonWithPassword },
      },
    },
    async (request) => {
      const { login } = request.params;
      const reset = made(await people.resetPassword(actOn(request, login), login));
      return { person: personJson(reset.person), oneTimePassword: reset.password };
    },
  );

  app.delete(
    '/people/:login/sessions',
    {
      config: { operation: 'endSessions', thing: { type: 'person', param: 'login' } },
      schema: { tags, summary: 'End all sessions of a person', params: PersonParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const { login } = request.params;
      made(await people.endSessions(actOn(request, login), login));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/api-keys',
    {
      config: { operation: 'listApiKeys' },
      schema: {
        tags,
        summary: 'API keys, by id',
        querystring: PageQuery,
        response: { 200: PageOf(Named(ApiKeySchema)) },
      },
    },
    async ({ query }) => {
      const found = await people.apiKeys({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, apiKeyJson, ({ id }) => id);
    },
  );

  app.post(
    '/api-keys',
    {
      config: { operation: 'addApiKey' },
      schema: { tags, summary: 'Add an API key', body: NewApiKeyBody, response: { 201: ApiKeyWithSecret } },
    },
    async (request, reply) => {
      const { name, role, scopes, expiresAt } = request.body;
      const act = actOf(services, request, { subject: `API key "${name}"`, detail: { role, scopes, expiresAt } });
      const wanted: NewApiKey = {
        ...{ name, role, scopes },
        ...(expiresAt !== undefined && { expiresAt: instantOf(expiresAt) }),
      };
      const { apiKey, key } = made(await people.addApiKey(act, wanted));
      reply.code(201);
      return { apiKey: apiKeyJson(apiKey), key };
    },
  );

  app.delete(
    '/api-keys/:key',
    {
      config: { operation: 'revokeApiKey' },
      schema: {
        tags,
        summary: 'Revoke an API key for good',
        params: Strict({ key: Type.String({ pattern: '^[0-9a-f]{12}$' }) }),
        response: { 200: Named(ApiKeySchema) },
      },
    },
    async (request) => {
      const { key } = request.params;
      return apiKeyJson(made(await people.revokeApiKey(actOf(services, request, { subject: `API key ${key}` }), key)));
    },
  );

  app.get(
    '/audit',
    {
      config: { operation: 'listAudit' },
      schema: {
        tags,
        summary: 'Who did what, the newest first',
        querystring: PageQuery,
        response: { 200: PageOf(Named(AuditSchema)) },
      },
    },
    async ({ query }) => {
      const found = await people.audit({ ...beforeOf(query), limit: limitOf(query) });
      return pageOf(found, query, auditJson, ({ number }) => number);
    },
  );
}
