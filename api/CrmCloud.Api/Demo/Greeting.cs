namespace CrmCloud.Api.Demo;

/// <summary>What a first start says: where, with what, and one query that works as it stands.</summary>
public static class Greeting
{
    public const string FirstQuery = "{ customers(first: 3) { totalCount { value } nodes { displayName country } } }";

    public static string Text(string url, string key) =>
        $$"""

        CrmCloud is ready. Tenant 'demo' began as an invented shop of 2,000 customers and two years of orders.

          URL  {{url}}/graphql
          Key  {{key}}

        A first query: how many customers there are now, and the first three of them:

          curl -s {{url}}/graphql -H 'Authorization: Bearer {{key}}' \
            -H 'Content-Type: application/json' -d '{"query":"{{FirstQuery}}"}'

        Schema: {{url}}/schema.graphql   Problems explained: {{url}}/docs/problems


        """;
}
