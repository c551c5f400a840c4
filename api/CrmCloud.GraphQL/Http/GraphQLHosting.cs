using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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

    /// <summary>
    /// Serves GraphQL at the pattern, over HTTP, server-sent events and WebSockets. The schema is built now, so a wrong
    /// one stops the start.
    /// </summary>
    /// <exception cref="SchemaException">The classes make no valid schema, or a trusted document is wrong.</exception>
    public static IEndpointConventionBuilder MapGraphQL(
        this IEndpointRouteBuilder endpoints, string pattern = "/graphql", GraphQLHttpOptions? options = null)
    {
        options ??= new GraphQLHttpOptions();
        var executor = endpoints.ServiceProvider.GetRequiredService<Executor>();
        var stopping = endpoints.ServiceProvider.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? default;
        var open = new OpenConnections(options.Streams);
        var requests = new RequestMaker(new PersistedDocuments(executor, options.Persisted), options);
        var http = new GraphQLEndpoint(
            executor, options, requests, new EventStreamEndpoint(executor, options, requests, open, stopping));
        var sockets = Sockets(endpoints, new SocketEndpoint(executor, options, requests, open, stopping));
        var page = options.GraphiQL ? MapPage(endpoints, pattern) : null;
        return endpoints.Map(pattern, context =>
            WantsSocket(context) ? sockets(context)
            : page is not null && GraphiQLPage.IsWantedBy(context.Request) ? page.AnswerAsync(context)
            : http.HandleAsync(context));
    }

    private static GraphiQLPage MapPage(IEndpointRouteBuilder endpoints, string pattern)
    {
        var folder = pattern.TrimEnd('/') + "/graphiql";
        var page = new GraphiQLPage(folder);
        endpoints.MapGet(folder + "/{file}", (HttpContext context, string file) => page.AnswerAsync(context, file));
        return page;
    }

    // Only requests for a socket pass through the middleware that makes them.
    private static RequestDelegate Sockets(IEndpointRouteBuilder endpoints, SocketEndpoint endpoint)
    {
        var pipeline = endpoints.CreateApplicationBuilder();
        pipeline.UseWebSockets();
        pipeline.Run(async context =>
        {
            if (context.WebSockets.IsWebSocketRequest)
            {
                await endpoint.HandleAsync(context).ConfigureAwait(false);
                return;
            }

            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        });
        return pipeline.Build();
    }

    private static bool WantsSocket(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Upgrade.Count > 0)
        || HttpMethods.IsConnect(context.Request.Method);
}
