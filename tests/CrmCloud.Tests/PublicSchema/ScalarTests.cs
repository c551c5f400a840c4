using System.Text.Json;
using CrmCloud.Core;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.PublicSchema;

public sealed class ScalarTests
{
    private static readonly Schema Schema = new ServiceCollection().AddCrmCloud().BuildSchema();

    [Theory]
    [InlineData("DateTime", "0001-01-01T00:00:00+14:00")]
    [InlineData("DateTime", "9999-12-31T23:59:59-14:00")]
    [InlineData("DateTime", "0000-01-01T00:00:00Z")]
    [InlineData("Date", "0000-12-31")]
    [InlineData("Duration", "P9223372036854775807D")]
    [InlineData("Duration", "P9223372036854775807DT24H")]
    [InlineData("Duration", "-P9223372036854775808W")]
    [InlineData("Duration", "PT9223372036854775807H9223372036854775807M")]
    [InlineData("Decimal", "99999999999999999999999999999999999999")]
    [InlineData("CurrencyCode", "\u0000")]
    public void A_value_beyond_what_can_be_reckoned_with_is_refused_in_words(string name, string text)
    {
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(text));

        var (_, problems) = InputCoercion.Coerce(json.RootElement, Schema.FindType(name)!);

        Assert.Single(problems);
    }
}
