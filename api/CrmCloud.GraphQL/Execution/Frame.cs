using System.Collections;
using System.Text.Json;
using CrmCloud.GraphQL.Types;

namespace CrmCloud.GraphQL.Execution;

/// <summary>All objects of one type at one place of the answer, with what the resolve phase found for them.</summary>
internal sealed class Frame(
    ObjectPlan plan, object?[] parents, Frame? outer, ResolvedField? from, int[]? origins) : IPlace
{
    public ObjectPlan Plan { get; } = plan;

    public object?[] Parents { get; } = parents;

    /// <summary>Aligned with the fields of the plan; null where a field is answered in the write phase.</summary>
    public ResolvedField?[] Fields { get; } = new ResolvedField?[plan.Fields.Length];

    public IReadOnlyList<object> PathOf(int index, FieldPlan field)
    {
        var path = new List<object>();
        AddPath(index, path);
        path.Add(field.ResponseName);
        return path;
    }

    private void AddPath(int index, List<object> path)
    {
        if (outer is null || from is null)
        {
            return;
        }

        var item = origins is null ? index : origins[index];
        var parent = from.ParentOf(item);
        outer.AddPath(parent, path);
        path.Add(from.Plan.ResponseName);
        from.AddIndexes(parent, item, path);
    }
}

/// <summary>The values of one field for all parents of a frame, and the frames of the objects among them.</summary>
internal sealed class ResolvedField(FieldPlan plan, object?[] values)
{
    private int[] _starts = [];

    public FieldPlan Plan { get; } = plan;

    /// <summary>
    /// Aligned with the parents. A lazy list has been read into an array; a fault is a <see cref="ResolveFailure"/>.
    /// </summary>
    public object?[] Values { get; } = values;

    /// <summary>
    /// For each object among the values, in order, the frame it is in; null when nothing inside needs one.
    /// </summary>
    public Frame?[] Frames { get; private set; } = [];

    /// <summary>For each object among the values, its position in its frame, or what went wrong with it.</summary>
    public int[] Positions { get; private set; } = [];

    /// <summary>Refusals and unknown types, by object; null when there are none.</summary>
    public ResolveFailure?[]? Failures { get; private set; }

    public int StartOf(int parent) => _starts.Length == 0 ? 0 : _starts[parent];

    public int ParentOf(int item)
    {
        var found = Array.BinarySearch(_starts, item);
        var parent = found >= 0 ? found : ~found - 1;

        // Several parents share a start when those before have no objects; the last of them has this one.
        while (parent + 1 < _starts.Length && _starts[parent + 1] <= item)
        {
            parent++;
        }

        return parent;
    }

    public void AddIndexes(int parent, int item, List<object> path)
    {
        var remaining = item - _starts[parent];
        Descend(Values[parent], ref remaining, path);
    }

    /// <summary>Groups the objects among the values into frames by their type.</summary>
    public List<Frame> Group(RequestWork work, Frame outer)
    {
        var objects = Flatten();
        var composite = Composite(Plan.Value);
        Frames = new Frame?[objects.Count];
        Positions = new int[objects.Count];
        return composite is ConcretePlan concrete
            ? One(concrete.Plan, objects, outer)
            : ByType(work, (AbstractPlan)composite, objects, outer);
    }

    /// <summary>Objects in a value, lists opened; null items and failures are none.</summary>
    public static int Count(object? value) => value switch
    {
        null or ResolveFailure => 0,
        IList list when value is not byte[] => CountItems(list),
        JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray().Sum(item => Count(item)),
        JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => 0,
        _ => 1,
    };

    private static int CountItems(IList list)
    {
        var count = 0;
        for (var i = 0; i < list.Count; i++)
        {
            count += Count(list[i]);
        }

        return count;
    }

    private static CompositePlan Composite(ValuePlan value) => value switch
    {
        ListPlan list => Composite(list.Item),
        _ => (CompositePlan)value,
    };

    private static void AddObjects(object? value, List<object> objects)
    {
        switch (value)
        {
            case null or ResolveFailure or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined }:
                break;
            case IList list:
                for (var i = 0; i < list.Count; i++)
                {
                    AddObjects(list[i], objects);
                }

                break;
            case JsonElement { ValueKind: JsonValueKind.Array } json:
                foreach (var item in json.EnumerateArray())
                {
                    AddObjects(item, objects);
                }

                break;
            default:
                objects.Add(value);
                break;
        }
    }

    private static void Descend(object? value, ref int remaining, List<object> path)
    {
        var items = value switch
        {
            IList list => list.Cast<object?>(),
            JsonElement { ValueKind: JsonValueKind.Array } json => json.EnumerateArray().Select(item => (object?)item),
            _ => [],
        };
        var index = 0;
        foreach (var item in items)
        {
            var count = Count(item);
            if (remaining < count)
            {
                path.Add(index);
                Descend(item, ref remaining, path);
                return;
            }

            remaining -= count;
            index++;
        }
    }

    private List<object> Flatten()
    {
        var objects = new List<object>(Values.Length);
        _starts = new int[Values.Length];
        for (var i = 0; i < Values.Length; i++)
        {
            _starts[i] = objects.Count;
            AddObjects(Values[i], objects);
        }

        return objects;
    }

    private List<Frame> One(ObjectPlan plan, List<object> objects, Frame outer)
    {
        var frame = new Frame(plan, [.. objects], outer, this, null);
        Array.Fill(Frames, frame);
        for (var i = 0; i < Positions.Length; i++)
        {
            Positions[i] = i;
        }

        return objects.Count == 0 ? [] : [frame];
    }

    private List<Frame> ByType(RequestWork work, AbstractPlan several, List<object> objects, Frame outer)
    {
        var byPlan = new Dictionary<ObjectPlan, List<int>>();
        for (var i = 0; i < objects.Count; i++)
        {
            if (Choose(work, several, objects[i], i) is { } plan)
            {
                (byPlan.TryGetValue(plan, out var members) ? members : byPlan[plan] = []).Add(i);
            }
        }

        var frames = new List<Frame>();
        foreach (var (plan, members) in byPlan)
        {
            var frame = new Frame(plan, [.. members.Select(i => objects[i])], outer, this, [.. members]);
            for (var position = 0; position < members.Count; position++)
            {
                Frames[members[position]] = frame;
                Positions[members[position]] = position;
            }

            frames.Add(frame);
        }

        return frames;
    }

    private ObjectPlan? Choose(RequestWork work, AbstractPlan several, object value, int index)
    {
        var (type, error) = work.Executor.Types.Find(several.Type, value, Plan);
        var plan = type is null ? null : several.For(type);
        var refusal = plan is null ? new GraphQLError(error!) : work.GuardLate(several, plan);
        if (refusal is null)
        {
            return plan;
        }

        Failures ??= new ResolveFailure?[Positions.Length];
        Failures[index] = new ResolveFailure(refusal with { Path = null });
        return null;
    }
}
