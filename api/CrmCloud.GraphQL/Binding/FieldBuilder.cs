using System.Reflection;
using CrmCloud.GraphQL.Execution;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Binding;

/// <summary>A field while the schema is being built.</summary>
public sealed class FieldBuilder(string name, GraphQLType type)
{
    private readonly List<InputValue> _arguments = [];
    private readonly List<AppliedDirective> _directives = [];
    private readonly List<Guard> _guards = [];
    private Resolver? _resolver;

    public string Name { get; set; } = name;

    public GraphQLType Type { get; set; } = type;

    public string? Description { get; set; }

    /// <summary>Null when not deprecated.</summary>
    public string? DeprecationReason { get; set; }

    /// <summary>The object or interface the field is added to; null until it is.</summary>
    public FieldsType? ParentType { get; internal set; }

    /// <summary>The C# method or property; its attributes say more about the field. Null when made by hand.</summary>
    public MemberInfo? Member { get; init; }

    public IReadOnlyList<InputValue> Arguments => _arguments;

    /// <summary>Cost points; null for the default of 1 for a composite and 0 for a leaf field.</summary>
    public double? Cost { get; set; }

    public ListSizeAttribute? ListSize { get; set; }

    /// <summary>"Type.field", as error messages name it.</summary>
    public string Coordinate => $"{ParentType?.Name ?? "?"}.{Name}";

    public bool IsPure => _resolver is PureResolver and not StreamResolver;

    public FieldBuilder AddArgument(InputValue argument)
    {
        _arguments.Add(argument);
        return this;
    }

    public FieldBuilder AddArguments(IEnumerable<InputValue> arguments)
    {
        _arguments.AddRange(arguments);
        return this;
    }

    /// <summary>Shows a directive on the field in the SDL.</summary>
    /// <param name="arguments">Constants: C# enum values, strings, numbers, booleans, null and arrays of these.</param>
    public FieldBuilder AddDirective(string name, params (string Name, object? Value)[] arguments)
    {
        _directives.Add(ConstantLiteral.Directive(name, arguments));
        return this;
    }

    public FieldBuilder AddGuard(Guard guard)
    {
        _guards.Add(guard);
        return this;
    }

    /// <summary>
    /// Answers at once: no waiting, no input or output. Called once per parent while the answer is written.
    /// </summary>
    public FieldBuilder ResolvePure(Func<FieldContext, object?> resolve) => With(new PureResolver(resolve));

    /// <summary>May wait. Called once per parent, for all parents at once, before anything is written.</summary>
    public FieldBuilder Resolve(Func<FieldContext, ValueTask<object?>> resolve) => With(new AsyncResolver(resolve));

    /// <summary>Answers for all parents of a selection in one call; the list has their length and order.</summary>
    public FieldBuilder ResolveBatch(Func<BatchContext, ValueTask<IReadOnlyList<object?>>> resolve) =>
        With(new BatchResolver(resolve));

    /// <summary>Changes each value the field gives, whatever its resolver; never called for a failed field.</summary>
    public FieldBuilder Map(Func<FieldContext, object?, object?> change) => With(ResolverWrapper.Map(Resolver, change));

    /// <summary>Gives the resolver another parent than the field has, such as a part of it.</summary>
    public FieldBuilder MapParent(Func<object, object?> part) => With(ResolverWrapper.WithParent(Resolver, part));

    /// <summary>Wraps a pure resolver and leaves it pure.</summary>
    /// <exception cref="InvalidOperationException">The resolver is not pure.</exception>
    public FieldBuilder UsePure(Func<FieldContext, Func<FieldContext, object?>, object?> around) =>
        With(ResolverWrapper.Pure(Resolver, around, Coordinate));

    /// <summary>
    /// Wraps the resolver; a pure one becomes asynchronous. Of a subscription, wraps the opening of its stream.
    /// </summary>
    /// <exception cref="InvalidOperationException">The field has a batch resolver.</exception>
    public FieldBuilder Use(
        Func<FieldContext, Func<FieldContext, ValueTask<object?>>, ValueTask<object?>> around) =>
        With(ResolverWrapper.Async(Resolver, around, Coordinate));

    internal Resolver Resolver =>
        _resolver ?? throw new SchemaException($"{Coordinate} has no resolver.");

    /// <summary>The same field for another type.</summary>
    internal FieldBuilder Copy()
    {
        var copy = new FieldBuilder(Name, Type)
        {
            Description = Description,
            DeprecationReason = DeprecationReason,
            Member = Member,
            Cost = Cost,
            ListSize = ListSize,
        };
        copy._arguments.AddRange(_arguments);
        copy._directives.AddRange(_directives);
        copy._guards.AddRange(_guards);
        copy._resolver = _resolver;
        return copy;
    }

    internal FieldBuilder With(Resolver resolver)
    {
        _resolver = resolver;
        return this;
    }

    /// <param name="hasResolver">False on an interface, whose fields are never executed.</param>
    internal Field Build(bool hasResolver)
    {
        var field = new Field(Name, Type)
        {
            Description = Description,
            DeprecationReason = DeprecationReason,
            Member = Member,
            Resolver = hasResolver ? Resolver : null,
            Cost = Cost,
            ListSize = ListSize,
        };
        field.Applied.AddRange(_directives);
        field.Guards.AddRange(_guards);
        foreach (var argument in _arguments)
        {
            field.Arguments.Add(argument);
        }

        return field;
    }
}

/// <summary>An object or interface type while the schema is being built.</summary>
public sealed class TypeBuilder(FieldsType type)
{
    public string Name => type.Name;

    /// <summary>The C# class; null for the roots and for types made by hand.</summary>
    public Type? ClrType => type.ClrType;

    public string? Description
    {
        get => type.Description;
        set => type.Description = value;
    }

    /// <summary>Shows a directive on the type in the SDL; arguments as for fields.</summary>
    public TypeBuilder AddDirective(string name, params (string Name, object? Value)[] arguments)
    {
        type.Applied.Add(ConstantLiteral.Directive(name, arguments));
        return this;
    }

    /// <summary>Guards every selection of the type, by whatever path it is reached.</summary>
    public TypeBuilder AddGuard(Guard guard)
    {
        type.Guards.Add(guard);
        return this;
    }
}
