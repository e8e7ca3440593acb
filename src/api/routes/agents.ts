import { Type } from 'typebox';
import type { Agent } from '../../host/index.ts';
import { actOf, once } from '../acts.ts';
import { callerOn } from '../caller.ts';
import { afterOf, limitOf, pageOf } from '../paging.ts';
import { made, Problem } from '../problem.ts';
import {
  AgentChange,
  AgentId,
  AgentMemberSchema,
  AgentSchema,
  agentJson,
  FloatMove,
  memberJson,
  NewAgent,
  VendSchema,
  vendJson,
} from '../schemas/agents.ts';
import { Id, Named, PageOf, PageQuery, Strict } from '../schemas/common.ts';
import type { Api, ApiServices, FastifyRequest } from '../server.ts';

const AgentParams = Strict({ agent: AgentId });
const MemberParams = Strict({ agent: AgentId, member: Id });

/** Agents, who sells for them, and their floats. */
export function agentRoutes(app: Api, services: ApiServices): void {
  const { host } = services;
  const tags = ['agents'];
  const officeOn = (request: FastifyRequest, agent: string, detail?: object) =>
    host.by(actOf(services, request, { subject: `agent ${agent}`, ...(detail && { detail }) }));
  const readOwn = async (request: FastifyRequest, id: string): Promise<Agent> => {
    if (request.reach === 'all') return made(await host.agent(id));
    const own = made(await host.agentOfMember(callerOn(request).by));
    if (own.id === id) return own;
    throw new Problem('agent-unknown', 'That is not the agent for whom you sell.');
  };

  app.get(
    '/agents',
    {
      config: { operation: 'listAgents' },
      schema: { tags, summary: 'Agents, by id', querystring: PageQuery, response: { 200: PageOf(Named(AgentSchema)) } },
    },
    async ({ query }) => {
      const found = await host.agents({ ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, agentJson, ({ id }) => id);
    },
  );

  app.post(
    '/agents',
    {
      config: { operation: 'addAgent' },
      schema: {
        tags,
        summary: 'Add an agent, with nothing in its float',
        body: NewAgent,
        response: { 201: Named(AgentSchema) },
      },
    },
    async (request, reply) => {
      const { id, name, commissionBasisPoints } = request.body;
      const office = officeOn(request, id, { name, commissionBasisPoints });
      const agent = made(await office.addAgent({ id, name, commissionBasisPoints }));
      reply.code(201).header('location', `/api/v1/agents/${id}`);
      return agentJson(agent);
    },
  );

  app.get(
    '/agents/:agent',
    {
      config: { operation: 'readAgent', thing: { type: 'agent', param: 'agent' } },
      schema: { tags, summary: 'An agent and its float', params: AgentParams, response: { 200: Named(AgentSchema) } },
    },
    async (request) => agentJson(await readOwn(request, request.params.agent)),
  );

  app.patch(
    '/agents/:agent',
    {
      config: { operation: 'changeAgent', thing: { type: 'agent', param: 'agent' } },
      schema: {
        tags,
        summary: 'Change the commission of what is sold from now on, or close an agent or open it again',
        params: AgentParams,
        body: AgentChange,
        response: { 200: Named(AgentSchema) },
      },
    },
    async (request) => {
      const { agent } = request.params;
      const office = officeOn(request, agent, request.body);
      return agentJson(made(await office.changeAgent({ id: agent, ...request.body })));
    },
  );

  app.get(
    '/agents/:agent/vends',
    {
      config: { operation: 'listAgentVends' },
      schema: {
        tags,
        summary: 'Vends of an agent, by reference',
        params: AgentParams,
        querystring: PageQuery,
        response: { 200: PageOf(Named(VendSchema)) },
      },
    },
    async (request) => {
      const { query } = request;
      const { id: agent } = await readOwn(request, request.params.agent);
      const found = await host.vends({ agent, ...afterOf(query), limit: limitOf(query) });
      return pageOf(found, query, vendJson, ({ vend }) => vend.reference);
    },
  );

  app.get(
    '/agents/:agent/members',
    {
      config: { operation: 'listAgentMembers', thing: { type: 'members', param: 'agent' } },
      schema: {
        tags,
        summary: 'Who sells for an agent',
        params: AgentParams,
        response: { 200: Type.Object({ items: Type.Array(Named(AgentMemberSchema)) }) },
      },
    },
    async ({ params }) => ({ items: made(await host.agentMembers(params.agent)).map(memberJson) }),
  );

  app.put(
    '/agents/:agent/members/:member',
    {
      config: { operation: 'addAgentMember', thing: { type: 'members', param: 'agent' } },
      schema: {
        tags,
        summary: 'Say that a person or an API key of role agent sells for an agent, and for no other',
        params: MemberParams,
        response: { 200: Named(AgentMemberSchema) },
      },
    },
    async (request) => {
      const { agent, member: id } = request.params;
      return memberJson(made(await officeOn(request, agent, { member: id }).addAgentMember({ id, agent })));
    },
  );

  app.delete(
    '/agents/:agent/members/:member',
    {
      config: { operation: 'removeAgentMember', thing: { type: 'members', param: 'agent' } },
      schema: {
        tags,
        summary: 'Say that somebody sells for an agent no more',
        params: MemberParams,
        response: { 200: Named(AgentMemberSchema) },
      },
    },
    async (request) => {
      const { agent, member: id } = request.params;
      return memberJson(made(await officeOn(request, agent, { member: id }).removeAgentMember({ id, agent })));
    },
  );

  app.post(
    '/agents/:agent/float',
    {
      config: { operation: 'moveFloat' },
      schema: {
        tags,
        summary: 'Book what an agent pays into its float, or is paid back; needs an Idempotency-Key',
        params: AgentParams,
        body: FloatMove,
        response: { 201: Named(AgentSchema) },
      },
    },
    async (request, reply) => {
      const { agent } = request.params;
      const { amount, ...move } = request.body;
      const done = { subject: `agent ${agent}`, detail: request.body };
      const answer = await once(services, request, reply, done, agentJson, (act) =>
        host.by(act).moveFloat({ ...move, agent, amount: Number(amount) }),
      );
      reply.code(201);
      return answer as never;
    },
  );
}
