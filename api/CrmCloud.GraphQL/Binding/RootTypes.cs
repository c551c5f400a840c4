using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>The root types, and the classes whose methods fill them or extend other types.</summary>
internal sealed class RootTypes(SchemaAssembly assembly)
{
    public ObjectType? Query { get; private set; }

    public ObjectType? Mutation { get; private set; }

    public ObjectType? Subscription { get; private set; }

    public List<Directive> Directives { get; } = [];

    public void Add(IEnumerable<Type> classes)
    {
        foreach (var method in classes.SelectMany(MethodsOf))
        {
            if (method.GetCustomAttribute<FieldDirectiveAttribute>() is { } mark)
            {
                Directives.Add(FieldDirectives.Define(method, mark, assembly));
            }
            else if (RootOf(method) is { } root)
            {
                AddField(root, method);
            }
            else
            {
                Extend(method);
            }
        }
    }

    private static IEnumerable<MethodInfo> MethodsOf(Type type) => type
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
        .Where(method => !method.IsSpecialName && !method.IsGenericMethod && method.DeclaringType != typeof(object))
        .OrderBy(method => method.MetadataToken);

    private ObjectType? RootOf(MethodInfo method)
    {
        if (method.IsDefined(typeof(QueryAttribute)))
        {
            return Query ??= assembly.Register(new ObjectType("Query"));
        }

        if (method.IsDefined(typeof(MutationAttribute)))
        {
            return Mutation ??= assembly.Register(new ObjectType("Mutation"));
        }

        return method.IsDefined(typeof(SubscriptionAttribute))
            ? Subscription ??= assembly.Register(new ObjectType("Subscription"))
            : null;
    }

    private void Extend(MethodInfo method)
    {
        var extends = method.ReflectedType!.GetCustomAttributes<ExtendObjectTypeAttribute>().ToList();
        if (extends.Count == 0 || assembly.Fields.IsIgnored(method))
        {
            return;
        }

        foreach (var extended in extends)
        {
            var type = assembly.Outputs.TypeOf(extended.Type, null, null) as FieldsType
                ?? throw new SchemaException(
                    $"{extended.Type} is extended by {method.ReflectedType} but is no object or interface.");
            AddField(type, method);
        }
    }

    // Later, so that a type's own fields come first and a clash is reported at the extension.
    private void AddField(FieldsType type, MethodInfo method) =>
        assembly.Later(() => assembly.AddField(type, assembly.Fields.FromMethod(method, type)));
}
