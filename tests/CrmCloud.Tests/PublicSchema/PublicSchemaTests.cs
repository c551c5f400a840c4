using CrmCloud.Core;
using CrmCloud.GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.Tests.PublicSchema;

/// <summary>The public API is a file that somebody reads: a change to it is a change to that file.</summary>
public sealed class PublicSchemaTests
{
    [Fact]
    public void The_public_schema_is_the_one_in_the_snapshot()
    {
        var sdl = SchemaPrinter.Print(new ServiceCollection().AddCrmCloud().BuildSchema());
        var path = Path.Combine(Repository.Root, "api", "CrmCloud.Api", "schema.graphql");
        if (Environment.GetEnvironmentVariable("CRMCLOUD_WRITE_SNAPSHOT") == "1")
        {
            File.WriteAllText(path, sdl);
        }

        Assert.True(File.Exists(path), "api/CrmCloud.Api/schema.graphql is missing.");
        Assert.Equal(File.ReadAllText(path), sdl);
    }
}
