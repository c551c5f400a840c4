using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>The work of building one schema: what is known so far, and the order of the steps.</summary>
internal sealed class SchemaAssembly
{
    private readonly Dictionary<string, NamedType> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<FieldsType, List<FieldBuilder>> _fields = [];
    private readonly Queue<Action> _pending = new();

    public SchemaAssembly(SchemaBuilder builder)
    {
        Builder = builder;
        Context = new BindingContext(this);
        Docs = new XmlDocs();
        Outputs = new OutputTypes(this);
        Inputs = new InputTypes(this);
        Arguments = new ArgumentBinder(this);
        Invokers = new MethodInvoker(this);
        Fields = new FieldFinder(this);
    }

    public SchemaBuilder Builder { get; }

    public BindingContext Context { get; }

    public XmlDocs Docs { get; }

    public OutputTypes Outputs { get; }

    public InputTypes Inputs { get; }

    public ArgumentBinder Arguments { get; }

    public MethodInvoker Invokers { get; }

    public FieldFinder Fields { get; }

    public IEnumerable<NamedType> Types => _types.Values;

    public Schema Build()
    {
        var roots = new RootTypes(this);
        roots.Add(Builder.Roots);
        foreach (var type in Builder.ExtraTypes)
        {
            Outputs.TypeOf(type, null, null);
        }

        var directives = Builder.Directives.Select(define => define(Context)).Concat(roots.Directives).ToList();
        Drain();
        Hierarchy.Link(this);
        FieldFinishing.Finish(this, _fields, directives);
        var schema = new Schema(Parts(roots, directives, _types.Values));

        // Scalars are only met while collecting; by name, all have a place that no change elsewhere moves.
        var types =
            schema.Types.Where(type => !type.IsBuiltIn).OrderBy(type => type.Name, StringComparer.Ordinal).ToArray();
        schema = new Schema(Parts(roots, directives, types));
        SchemaRules.Require(schema);
        return schema;
    }

    private SchemaParts Parts(
        RootTypes roots, IEnumerable<Directive> directives, IReadOnlyCollection<NamedType> types) => new()
    {
        Description = Builder.Description,
        Query = roots.Query,
        Mutation = roots.Mutation,
        Subscription = roots.Subscription,
        Types = types,
        Directives = directives.OrderBy(directive => directive.Name, StringComparer.Ordinal),
    };

    /// <summary>Registers the type under its name, which must be free.</summary>
    public T Register<T>(T type)
        where T : NamedType =>
        _types.TryAdd(type.Name, type)
            ? type
            : throw new SchemaException(
                $"{type.Name}: the name is used by {Show(_types[type.Name])} and by {Show(type)}. "
                + "Give one a [GraphQLName].");

    /// <summary>Puts off work that needs other types, so that types may refer to each other.</summary>
    public void Later(Action work) => _pending.Enqueue(work);

    /// <summary>Does what was put off, and what that puts off.</summary>
    public void Drain()
    {
        while (_pending.TryDequeue(out var work))
        {
            work();
        }
    }

    public List<FieldBuilder> FieldsOf(FieldsType type) =>
        _fields.TryGetValue(type, out var fields) ? fields : _fields[type] = [];

    public void AddField(FieldsType type, FieldBuilder field)
    {
        field.ParentType = type;
        var fields = FieldsOf(type);
        if (fields.Exists(other => other.Name == field.Name))
        {
            throw new SchemaException(
                $"{field.Coordinate}: two members make this field, {Show(field.Member)} is one of them. "
                + "Rename it with [GraphQLName] or leave it out with [GraphQLIgnore].");
        }

        fields.Add(field);
    }

    public ObjectType CreateObjectType(
        string name, string? description, IEnumerable<FieldBuilder> fields, IEnumerable<Type> interfaces)
    {
        var type = Register(new ObjectType(name) { Description = description });
        foreach (var field in fields)
        {
            AddField(type, field);
        }

        foreach (var parent in interfaces)
        {
            type.DeclaredInterfaces.Add(Outputs.TypeOf(parent, null, null).Named);
        }

        return type;
    }

    private static string Show(NamedType type) =>
        type.ClrType?.FullName ?? $"a type made by hand ({type.GetType().Name})";

    private static string Show(MemberInfo? member) =>
        member is null ? "one made by hand" : $"{member.DeclaringType}.{member.Name}";
}
