//! Documents that requests are made from.

/// A pet shop with what such documents have.
pub(super) const SHOP: &str = r#"openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://shop.example.com/v1'}]
security: []
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
      - {name: limit, in: query, schema: {type: integer, maximum: 100}}
      - {name: status, in: query, required: true, schema: {type: string, enum: [available, sold]}}
      responses: {'200': {description: Pets, content: {application/json: {schema: {type: array}}}}}
    post:
      operationId: createPet
      requestBody:
        content:
          text/csv: {schema: {type: string}}
          application/json: {schema: {$ref: '#/components/schemas/Pet'}}
      responses: {'201': {description: Created}, '422': {description: Refused}}
  /pets/{petId}:
    parameters:
    - {name: petId, in: path, required: true, schema: {type: integer}}
    get:
      operationId: getPet
      responses: {'200': {description: A pet}, '404': {description: None}}
    put:
      operationId: updatePet
      parameters:
      - {name: If-Match, in: header, required: true, schema: {type: string, pattern: '^"[a-z]+"$'}}
      requestBody:
        required: true
        content:
          application/json:
            example: {name: 5}
            schema: {$ref: '#/components/schemas/Pet'}
      responses: {'200': {description: Updated}}
    delete:
      operationId: deletePet
      security: [{key: []}]
      responses: {'204': {description: Gone}}
  /orders/{orderId}:
    get:
      parameters:
      - name: orderId
        in: path
        required: true
        schema: {type: string, format: uuid}
        examples: {first: {value: 3f2504e0-4f89-41d3-9a0c-0305e82c3301}}
      responses: {'200': {description: An order}}
  /nodes:
    post:
      operationId: createNode
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/Node'}}}
      responses: {'201': {description: Created}}
  /search:
    get:
      operationId: search
      parameters:
      - {name: q, in: query, required: true, schema: {type: string, pattern: '^(?!)$'}}
      responses: {'200': {description: Found}}
  /upload:
    post:
      operationId: upload
      requestBody:
        required: true
        content: {application/x-www-form-urlencoded: {schema: {type: object, required: [name, tags], properties: {name: {type: string, example: 'a b ${x}'}, tags: {type: array, minItems: 2, items: {type: string}}}}}}
      responses: {'201': {description: Created}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: x-key}}
  schemas:
    Pet:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string, minLength: 1}
        tag: {type: string}
    Node: {type: object, required: [next], properties: {next: {$ref: '#/components/schemas/Node'}}}
"#;
