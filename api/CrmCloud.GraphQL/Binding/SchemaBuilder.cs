using System.Reflection;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>Makes a schema of C# classes. Used once, at startup.</summary>
public sealed class SchemaBuilder
{
    internal List<Type> Roots { get; } = [];

    internal List<Type> ExtraTypes { get; } = [];

    internal HashSet<Type> RequestStates { get; } = [];

    internal HashSet<Type> Services { get; } = [];

    internal List<Func<MethodInfo, BindingContext, FieldBuilder?>> FieldFactories { get; } = [];

    internal List<Action<FieldBuilder>> FieldHooks { get; } = [];

    internal List<Action<TypeBuilder>> TypeHooks { get; } = [];

    internal List<Func<MemberInfo, bool>> Ignored { get; } = [];

    internal List<Func<BindingContext, Directive>> Directives { get; } = [];

    internal Dictionary<Type, string> DirectiveNames { get; } = [];

    internal Dictionary<Type, ScalarType> ScalarsByType { get; } = new()
    {
        [typeof(string)] = BuiltInScalars.String,
        [typeof(bool)] = BuiltInScalars.Boolean,
        [typeof(int)] = BuiltInScalars.Int,
        [typeof(short)] = BuiltInScalars.Int,
        [typeof(byte)] = BuiltInScalars.Int,
        [typeof(double)] = BuiltInScalars.Float,
        [typeof(float)] = BuiltInScalars.Float,
    };

    internal Dictionary<string, ScalarType> ScalarsByName { get; } =
        BuiltInScalars.All.ToDictionary(scalar => scalar.Name, StringComparer.Ordinal);

    /// <summary>Shown as the description of the schema.</summary>
    public string? Description { get; set; }

    /// <summary>Tells which parameter types are services; a container's own answer, usually.</summary>
    public Func<Type, bool> IsService { get; set; } = _ => false;

    /// <summary>
    /// The methods marked Query, Mutation or Subscription become root fields; with
    /// <see cref="ExtendObjectTypeAttribute"/> on the class, its other methods become fields of that type.
    /// </summary>
    /// <remarks>
    /// The instance comes from the container, or is made once if the class has a parameterless constructor.
    /// </remarks>
    public SchemaBuilder AddRoots<T>()
        where T : class => AddRoots(typeof(T));

    /// <inheritdoc cref="AddRoots{T}"/>
    public SchemaBuilder AddRoots(Type type)
    {
        Roots.Add(type);
        return this;
    }

    /// <summary>
    /// Adds an object type that no field returns by its own class, such as one met through an interface.
    /// </summary>
    public SchemaBuilder AddType<T>() => AddType(typeof(T));

    /// <inheritdoc cref="AddType{T}"/>
    public SchemaBuilder AddType(Type type)
    {
        ExtraTypes.Add(type);
        return this;
    }

    /// <summary>
    /// Adds a scalar. The first one for a C# type is used wherever the type appears; others by [Scalar(name)].
    /// </summary>
    /// <param name="read">Says what is wrong instead of throwing.</param>
    /// <param name="write">Writes exactly one JSON value.</param>
    /// <param name="specifiedBy">Address of a specification, shown by introspection.</param>
    public SchemaBuilder AddScalar<T>(
        string name,
        string? description,
        ScalarReader<T> read,
        Action<T, Execution.JsonBuffer> write,
        string? specifiedBy = null)
        where T : notnull => AddScalar(
            new ScalarType(name)
            {
                Description = description, SpecifiedBy = specifiedBy, Codec = new ScalarCodec<T>(read, write),
            });

    /// <summary>Adds a scalar for <see cref="System.Text.Json.JsonElement"/> that takes and gives any JSON.</summary>
    public SchemaBuilder AddJsonScalar(string name = "JSON", string? description = null) =>
        AddScalar(new ScalarType(name) { Description = description });

    /// <summary>Parameters of the type take what the request carries under it.</summary>
    public SchemaBuilder AddRequestState<T>()
        where T : class
    {
        RequestStates.Add(typeof(T));
        return this;
    }

    /// <summary>Parameters of the type take the service, even if <see cref="IsService"/> does not know it.</summary>
    public SchemaBuilder AddService<T>()
        where T : class
    {
        Services.Add(typeof(T));
        return this;
    }

    /// <summary>Asked for each method before the library makes a field of it; null leaves it to the next.</summary>
    public SchemaBuilder AddFieldFactory(Func<MethodInfo, BindingContext, FieldBuilder?> factory)
    {
        FieldFactories.Add(factory);
        return this;
    }

    /// <summary>Sees each field once, when all types are known.</summary>
    public SchemaBuilder OnField(Action<FieldBuilder> hook)
    {
        FieldHooks.Add(hook);
        return this;
    }

    /// <summary>Sees each object and interface type once, when all types are known.</summary>
    public SchemaBuilder OnType(Action<TypeBuilder> hook)
    {
        TypeHooks.Add(hook);
        return this;
    }

    /// <summary>Members of which the predicate is true are no fields.</summary>
    public SchemaBuilder Ignore(Func<MemberInfo, bool> predicate)
    {
        Ignored.Add(predicate);
        return this;
    }

    /// <summary>Registers an attribute as a directive; its name and arguments are those of the attribute.</summary>
    /// <param name="locations">Names of <see cref="DirectiveLocation"/>.</param>
    public SchemaBuilder AddDirective<T>(params string[] locations)
        where T : SchemaDirectiveAttribute
    {
        var name = SchemaNames.Directive(typeof(T));
        DirectiveNames[typeof(T)] = name;
        Directives.Add(context => AttributeDirectives.Define(typeof(T), name, locations, context));
        return this;
    }

    /// <summary>Registers a directive made by hand.</summary>
    /// <param name="define">May ask the context for argument types.</param>
    public SchemaBuilder AddDirective(Func<BindingContext, Directive> define)
    {
        Directives.Add(define);
        return this;
    }

    /// <exception cref="SchemaException">
    /// The classes make no valid schema; the message names the coordinates.
    /// </exception>
    public Schema Build() => new SchemaAssembly(this).Build();

    private SchemaBuilder AddScalar(ScalarType scalar)
    {
        scalar.ClrType = scalar.Codec.ClrType;
        if (!ScalarsByName.TryAdd(scalar.Name, scalar))
        {
            throw new SchemaException($"There are two scalars {scalar.Name}.");
        }

        ScalarsByType.TryAdd(scalar.Codec.ClrType, scalar);
        return this;
    }
}
