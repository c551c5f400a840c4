using System.Reflection;
using CrmCloud.Core.Jobs;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;
using CrmCloud.GraphQL.Binding;
using CrmCloud.GraphQL.Types;
using CrmCloud.Store;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace CrmCloud.Core.Schema;

/// <summary>
/// Where a feature says what it brings. Each feature has one static <c>Register(FeatureRegistry)</c>, and
/// <see cref="Product"/> one line for it.
/// </summary>
public sealed class FeatureRegistry(IServiceCollection services)
{
    private readonly List<Action<SchemaBuilder>> _schema = [];
    private readonly List<StoreIndex> _indexes = [];
    private readonly List<Type> _injected = [];

    public IServiceCollection Services { get; } = services;

    /// <summary>Paths the store must sort or search by.</summary>
    public IReadOnlyList<StoreIndex> Indexes => _indexes;

    /// <summary>A class whose methods marked [Query] or [Mutation] are root fields, or which extends a type.</summary>
    public FeatureRegistry Fields<T>()
        where T : class
    {
        Services.TryAddSingleton<T>();
        _schema.Add(builder => builder.AddRoots<T>());
        return this;
    }

    /// <summary>An object type that is only met through an interface.</summary>
    public FeatureRegistry Type<T>()
    {
        _schema.Add(builder => builder.AddType<T>());
        return this;
    }

    /// <summary>A class that resolvers and other features may ask for.</summary>
    public FeatureRegistry Service<T>()
        where T : class
    {
        Services.TryAddSingleton<T>();
        _injected.Add(typeof(T));
        return this;
    }

    /// <summary>
    /// Work that hosts let run for a tenant after every change and when its time has come, after earlier ones.
    /// </summary>
    public FeatureRegistry Visitor(
        string name, Func<ITenantStore, DateTimeOffset, CancellationToken, Task<DateTimeOffset?>> run)
    {
        Services.AddSingleton(new Visitor(name, run));
        return this;
    }

    public FeatureRegistry Index(Container container, string kind, params string[] paths)
    {
        _indexes.Add(new StoreIndex(container, kind, paths));
        return this;
    }

    /// <summary>Makes objects of a type reachable by `node`.</summary>
    /// <param name="scope">Without it the id is answered like an unknown one; null for no scope.</param>
    public FeatureRegistry Node<T>(Scope? scope, Func<Caller, string, CancellationToken, Task<T?>> load)
        where T : class, INode
    {
        Services.AddSingleton(
            new NodeLoader(NameOf(typeof(T)), scope, async (caller, id, stop) => await load(caller, id, stop)));
        return Type<T>();
    }

    /// <summary>The public schema of everything registered.</summary>
    /// <exception cref="GraphQL.Types.SchemaException">
    /// The classes make no valid schema; the message names the coordinates.
    /// </exception>
    public GraphQL.Types.Schema BuildSchema()
    {
        var builder = new SchemaBuilder
        {
            Description = "CrmCloud: objectives, indicators, segments and customers of the tenant whose key is used.",
            IsService = _injected.Contains,
        };
        builder.AddScalars()
            .AddRequestState<Caller>()
            .AddRequestState<MutationItems>()
            .AddFieldFactory(MutationBinder.Bind)
            .Ignore(IsStorage)
            .AddDirective<RequiresScopeAttribute>("FIELD_DEFINITION", "OBJECT")
            .AddDirective<PiiAttribute>("FIELD_DEFINITION");
        foreach (var add in _schema)
        {
            add(builder);
        }

        return builder.Build();
    }

    // A class may be called otherwise than its type in the schema, which is what global ids name.
    private static string NameOf(Type type) => type.GetCustomAttribute<GraphQLNameAttribute>()?.Name ?? type.Name;

    // Where and how long a document is kept is nobody's business outside.
    private static bool IsStorage(System.Reflection.MemberInfo member) =>
        typeof(IDocument).IsAssignableFrom(member.DeclaringType)
        && (member.Name == nameof(IDocument.TimeToLive)
            || member is System.Reflection.PropertyInfo { PropertyType: { } type } && type == typeof(DocumentKey));
}
