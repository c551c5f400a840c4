using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CrmCloud.GraphQL.Http;

/// <summary>GraphQL in an ASP.NET application: two doors, <c>AddGraphQL</c> and <c>MapGraphQL</c>.</summary>
public static class GraphQLHosting
{
    /// <summary>
    /// Registers one <see cref="Executor"/>. Parameters whose types the container knows are services.
    /// </summary>
    /// <param name="options">Made once; null for the defaults.</param>
    public static IServiceCollection AddGraphQL(
        this IServiceCollection services,
        Action<SchemaBuilder> build,
        Func<IServiceProvider, ExecutorOptions>? options = null) => services.AddSingleton(provider =>
        {
            var known = provider.GetService<IServiceProviderIsService>();
            var builder = new SchemaBuilder { IsService = type => known?.IsService(type) == true };
            build(builder);
            return new Executor(builder.Build(), options?.Invoke(provider));
        });

    /// <summary>Serves GraphQL at the pattern. The schema is built now, so a wrong one stops the start.</summary>
    /// <exception cref="SchemaException">The classes make no valid schema.</exception>
    public static IEndpointConventionBuilder MapGraphQL(
        this IEndpointRouteBuilder endpoints, string pattern = "/graphql", GraphQLHttpOptions? options = null)
    {
        var executor = endpoints.ServiceProvider.GetRequiredService<Executor>();
        return endpoints.Map(pattern, new GraphQLEndpoint(executor, options ?? new GraphQLHttpOptions()).HandleAsync);
    }
}
