using System.Text.Json;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.Tests.GraphQL;

/// <summary>
/// Types of graphql-js's tests whose values are code: a scalar that takes what lies under "value", and an enum with
/// values of its own. SDL cannot say them; classes can.
/// </summary>
public static class CodedTypes
{
    public enum TestEnum
    {
        Foo = 1,
        Bar = 123456789,
    }

    /// <returns>A schema whose first field takes an argument of the type, which may be null.</returns>
    public static Schema Schema(string type) => type == "TestEnum"
        ? new SchemaBuilder().AddRoots<TakesEnum>().Build()
        : new SchemaBuilder()
            .AddScalar<JsonElement>("TestScalar", null, ReadValue, (value, output) => output.WriteValue(value))
            .AddRoots<TakesScalar>().Build();

    private static JsonElement ReadValue(ScalarInput input, out string? error)
    {
        error = null;
        return input.ToJson().GetProperty("value");
    }

    public sealed class TakesEnum
    {
        [Query]
        public int? Field(TestEnum? argument) => (int?)argument;
    }

    public sealed class TakesScalar
    {
        [Query]
        public int? Field(JsonElement? argument) => argument?.GetInt32();
    }
}
