using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Which members of a class are fields, and the field for each.</summary>
internal sealed class FieldFinder(SchemaAssembly assembly)
{
    private const BindingFlags PublicInstance = BindingFlags.Public | BindingFlags.Instance;

    private static readonly HashSet<string> Plumbing = new(StringComparer.Ordinal)
    {
        "Equals", "GetHashCode", "GetType", "ToString", "Deconstruct", "<Clone>$", "CompareTo", "PrintMembers",
        "Dispose", "DisposeAsync", "EqualityContract",
    };

    /// <summary>Properties first, then methods; those of base classes before those of the class itself.</summary>
    public IReadOnlyList<FieldBuilder> Of(Type type)
    {
        var types = type.IsInterface ? type.GetInterfaces().Append(type) : [type];
        var properties =
            types.SelectMany(part => part.GetProperties(PublicInstance)).Where(IsField).DistinctBy(p => p.Name);
        var methods = types.SelectMany(part => part.GetMethods(PublicInstance)).Where(IsField);
        return [
            .. InOrder(properties).Select(FromProperty),
            .. InOrder(methods).Select(method => FromMethod(method, null))];
    }

    public bool IsIgnored(MemberInfo member) =>
        Plumbing.Contains(member.Name)
        || member.IsDefined(typeof(GraphQLIgnoreAttribute), true)
        || member.DeclaringType == typeof(object)
        || assembly.Builder.Ignored.Exists(predicate => predicate(member));

    /// <param name="parent">For the coordinate of a message; null when not known yet.</param>
    public FieldBuilder FromMethod(MethodInfo method, FieldsType? parent)
    {
        try
        {
            foreach (var factory in assembly.Builder.FieldFactories)
            {
                if (factory(method, assembly.Context) is { } made)
                {
                    return made;
                }
            }

            return Plain(method);
        }
        catch (SchemaException cause)
        {
            var separator = cause.Message.StartsWith('(') ? "" : ": ";
            var owner = parent?.Name ?? method.ReflectedType!.Name;
            throw new SchemaException($"{owner}.{SchemaNames.Field(method)}{separator}{cause.Message}");
        }
    }

    private static IEnumerable<T> InOrder<T>(IEnumerable<T> members)
        where T : MemberInfo =>
        members.OrderBy(member => Depth(member.DeclaringType!)).ThenBy(member => member.MetadataToken);

    private static int Depth(Type? type) => type is null ? 0 : 1 + Depth(type.BaseType);

    private bool IsField(PropertyInfo property) =>
        property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0 && !IsIgnored(property);

    private bool IsField(MethodInfo method) =>
        !method.IsSpecialName && !method.IsGenericMethodDefinition && !IsIgnored(method)
        && method.ReturnType != typeof(void)
        && method.ReturnType != typeof(Task)
        && method.ReturnType != typeof(ValueTask)
        && !Array.Exists(method.GetParameters(), parameter => parameter.ParameterType.IsByRef);

    private FieldBuilder FromProperty(PropertyInfo property)
    {
        try
        {
            var type = assembly.Outputs.TypeOf(
                property.PropertyType, new NullabilityInfoContext().Create(property), property);
            return Described(new FieldBuilder(SchemaNames.Field(property), type) { Member = property })
                .With(PropertyResolver.Make(property, type));
        }
        catch (SchemaException cause)
        {
            throw new SchemaException($"{property.ReflectedType!.Name}.{SchemaNames.Field(property)}: {cause.Message}");
        }
    }

    private FieldBuilder Plain(MethodInfo method)
    {
        var nullability = new NullabilityInfoContext().Create(method.ReturnParameter);
        var isBatch = method.IsDefined(typeof(BatchResolverAttribute));
        var type = assembly.Outputs.TypeOf(method.ReturnType, nullability, method);
        if (isBatch)
        {
            type = type.Nullable is ListType list
                ? list.OfType
                : throw new SchemaException("A batch resolver returns a list with one value for each parent.");
        }

        var field = Described(new FieldBuilder(SchemaNames.Field(method), type) { Member = method });
        field.AddArguments(assembly.Arguments.Of(method));
        return Streams.IsStream(method) ? field.With(Streams.Resolver(method, assembly))
            : isBatch ? field.With(new BatchResolver(assembly.Invokers.Batch(method)))
            : assembly.Invokers.Pure(method) is { } pure ? field.With(new PureResolver(pure))
            : field.With(new AsyncResolver(assembly.Invokers.Async(method)));
    }

    private FieldBuilder Described(FieldBuilder field)
    {
        field.Description = assembly.Docs.Of(field.Member!);
        field.DeprecationReason = Deprecation.Of(field.Member!);
        return field;
    }
}
