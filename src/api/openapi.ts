import { z } from 'zod';
import type { Operation } from './answer.ts';
import { problem } from './contract.ts';

type Json = Readonly<Record<string, unknown>>;

/** The operations as an OpenAPI 3.1 document. */
export function openApi(operations: readonly Operation[], version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: described(operation) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Strowger', version, description: 'What a telephone exchange can be asked.' },
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schemaOf(problem, 'output') },
    },
  };
}

function described({ path, method, summary, scopes, params, query, body, output, status }: Operation): Json {
  const parameters = [...parametersIn(params, 'path'), ...parametersIn(query, 'query')];
  return {
    operationId: `${method.toLowerCase()}${path.replace(/^\/api/, '').replaceAll(/[/:]+(\w)/g, (_, first: string) => first.toUpperCase())}`,
    summary,
    description: `Scope: ${scopes.join(' or ')}.`,
    security: [{ token: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(schemaOf(body, 'input')) } }),
    responses: {
      [String(status)]: { description: 'Done, or under way.', content: json(schemaOf(output, 'output')) },
      default: {
        description: 'It could not be done.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

function parametersIn(schema: z.ZodType | undefined, place: 'path' | 'query'): readonly Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Readonly<Record<string, Json>>;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
