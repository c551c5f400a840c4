using CrmCloud.Api.Access;
using CrmCloud.Api.Http;
using CrmCloud.Api.Logging;
using CrmCloud.Core.Schema;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Http;
using CrmCloud.GraphQL.Types;
using CrmCloud.Store;

namespace CrmCloud.Api;

/// <summary>The product's schema behind <c>/graphql</c>.</summary>
public static class GraphQLSetup
{
    public const string Path = "/graphql";

    public static void AddProductSchema(this IServiceCollection services) => services.AddSingleton(provider =>
    {
        var log = provider.GetRequiredService<ILoggerFactory>().CreateLogger("CrmCloud.Api.GraphQL");
        return new Executor(provider.GetRequiredService<FeatureRegistry>().BuildSchema(), new()
        {
            Time = provider.GetRequiredService<TimeProvider>(),
            OnUnexpected = (failure, request, _) => log.RequestFailed(request.RequestId, failure),
            OnError = ErrorAnswer.Explained,
            Declare = (failure, request) => Declared(failure, request, log),
            Extensions = (request, _) => [new("requestId", request.RequestId)],
        });
    });

    // Not the failure's own words: they name the account. What a mutation throws says more and is shown as it is.
    private static GraphQLRequestException? Declared(Exception failure, GraphQLRequest request, ILogger log)
    {
        if (failure is not StoreUnavailableException)
        {
            return null;
        }

        log.StoreUnavailable(request.RequestId, failure);
        return new("STORE_UNAVAILABLE", "This cannot be read just now. Repeat it after a moment.");
    }

    /// <summary>Built here, so a schema that cannot be stops the start.</summary>
    public static void MapProductSchema(this WebApplication app)
    {
        var signIn = app.Services.GetRequiredService<SignIn>();
        var clock = app.Services.GetRequiredService<TimeProvider>();
        app.MapGraphQL(Path, new GraphQLHttpOptions
        {
            Authenticate = signIn.ForGraphQLAsync,
            Gzip = true,

            // One tenant cannot take the places of all.
            CallerKey = state => state.Get<Caller>().Tenant.Slug,

            // Features keep for a caller what one answer reads twice, and an answer is of the instant it is given.
            StateOfEach = state => new RequestState().Set(state.Get<Caller>() with { Now = clock.GetUtcNow() }),

            // A key that was revoked hears nothing after 4 seconds (KeyRing keeps its word for 2), and is cut off soon.
            Streams = new() { CallerAge = KeyRing.Kept, KeepAlive = TimeSpan.FromSeconds(5), CompletesOnStop = true },
        });
        app.MapText("/schema.graphql", SchemaPrinter.Print(app.Services.GetRequiredService<Executor>().Schema));
    }
}
