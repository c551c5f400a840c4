namespace CrmCloud.GraphQL.Binding;

/// <summary>The method is a field of the query root.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class QueryAttribute : Attribute;

/// <summary>The method is a field of the mutation root.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MutationAttribute : Attribute;

/// <summary>The method is a field of the subscription root.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SubscriptionAttribute : Attribute;

/// <summary>
/// The method is a directive that requests put on fields: it takes the field's value as [Parent] and returns what takes
/// its place. Its other parameters are the arguments of the directive, or are injected.
/// </summary>
/// <remarks>
/// Not called for null when the [Parent] is non-nullable. A value of another type than the [Parent] is an error of the
/// field. A list is one value. What is returned must suit the type of the field.
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FieldDirectiveAttribute : Attribute
{
    /// <summary>Whether it may stand on a field several times; then applied in that order.</summary>
    public bool IsRepeatable { get; init; }
}

/// <summary>The public methods of the class, static ones too, add fields to the object type of another class.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class ExtendObjectTypeAttribute(Type type) : Attribute
{
    /// <summary>
    /// A class, or an interface marked <see cref="InterfaceTypeAttribute"/> to extend all its implementers.
    /// </summary>
    public Type Type { get; } = type;
}

/// <summary>The parameter takes the object the field belongs to; of a batch resolver, all of them.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ParentAttribute : Attribute;

/// <summary>
/// The method answers for all parents of a selection at once: it takes <c>[Parent] IReadOnlyList&lt;X&gt;</c> and
/// returns a list of the same length and order.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BatchResolverAttribute : Attribute;

/// <summary>The parameter is a service, whatever the container says about its type.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ServiceAttribute : Attribute;

/// <summary>
/// Another name than the one made from the C# name. On a generic class "{0}" is the name of its argument.
/// </summary>
[AttributeUsage(AttributeTargets.All)]
public sealed class GraphQLNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The member is not part of the schema.</summary>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Field | AttributeTargets.Parameter)]
public sealed class GraphQLIgnoreAttribute : Attribute;

/// <summary>A description to use instead of the XML documentation.</summary>
[AttributeUsage(AttributeTargets.All)]
public sealed class GraphQLDescriptionAttribute(string text) : Attribute
{
    public string Text { get; } = text;
}

[AttributeUsage(AttributeTargets.All)]
public sealed class GraphQLDeprecatedAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}

/// <summary>The value is of the scalar with this name; nullability and lists are still taken from C#.</summary>
[AttributeUsage(
    AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.Method | AttributeTargets.ReturnValue)]
public sealed class ScalarAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The value is an <c>ID</c>: a string, Guid, int or long in C#.</summary>
[AttributeUsage(
    AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.Method | AttributeTargets.ReturnValue)]
public sealed class IdAttribute : Attribute;

/// <summary>The input object takes exactly one of its fields.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class OneOfAttribute : Attribute;

/// <summary>The C# interface or abstract class is a GraphQL interface. A leading I is dropped from the name.</summary>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class)]
public sealed class InterfaceTypeAttribute : Attribute;

/// <summary>The C# interface or abstract class is a GraphQL union of the classes that implement it.</summary>
[AttributeUsage(AttributeTargets.Interface | AttributeTargets.Class)]
public sealed class UnionTypeAttribute : Attribute;

/// <summary>Cost points of a field, an argument or a field of the type, added once per appearance.</summary>
/// <param name="weight">0 to 10,000. Without the attribute: 1 for a composite field, 0 for a leaf.</param>
[AttributeUsage(
    AttributeTargets.Method | AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Parameter)]
public sealed class CostAttribute(double weight) : Attribute
{
    public double Weight { get; } = weight;
}

/// <summary>How long the list a field returns can be; multiplies the cost of what is selected in it.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Property)]
public class ListSizeAttribute : Attribute
{
    /// <summary>Items when no slicing argument says otherwise; 0 when not stated.</summary>
    public int AssumedSize { get; set; }

    /// <summary>Arguments that bound the length, such as "first".</summary>
    public string[] SlicingArguments { get; set; } = [];

    /// <summary>Fields of the returned object that hold the list, such as "edges" and "nodes".</summary>
    public string[] SizedFields { get; set; } = [];

    public bool RequireOneSlicingArgument { get; set; } = true;
}

/// <summary>
/// The field returns a Relay connection: its argument <c>first</c> bounds <c>edges</c> and <c>nodes</c>, in cost and in
/// length. Short for the <see cref="ListSizeAttribute"/> that says so.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConnectionAttribute : ListSizeAttribute
{
    public ConnectionAttribute() => (SlicingArguments, SizedFields) = (["first"], ["edges", "nodes"]);
}
