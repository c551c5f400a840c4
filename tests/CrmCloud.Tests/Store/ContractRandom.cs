using CrmCloud.Store;

namespace CrmCloud.Tests.Store;

/// <summary>Documents and queries at random, so that all kinds of them meet.</summary>
internal static class ContractRandom
{
    private static readonly string[] Words = ["", "a", "A%", "b_c", "Übung", "z'z", "\"q\""];

    public static Thing Thing(Random random, DocumentKey key) => new()
    {
        Name = key.Id[6..],
        Bucket = key.Partition,
        Count = random.Next(4) == 0 ? null : random.Next(5),
        Weight = random.Next(4) == 0 ? null : random.Next(9) / 4.0,
        Ready = random.Next(3) switch { 0 => null, 1 => true, _ => false },
        Text = random.Next(4) == 0 ? null : Words[random.Next(Words.Length)],
        Inner = random.Next(3) == 0 ? null : new(Words[random.Next(Words.Length)], random.Next(3)),
    };

    public static Query Query(Random random) => new(Container.Master, "", "thing")
    {
        Where = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Condition(random))],
        OrderBy = new[] { null, "count", "text", "weight", "inner.group" }[random.Next(5)],
        Descending = random.Next(2) == 0,
        IdPrefix = random.Next(4) == 0 ? "1" : "",
        Take = random.Next(1, 12),
    };

    private static Condition Condition(Random random)
    {
        var path = new[] { "count", "weight", "text", "ready", "inner.group", "inner.rank" }[random.Next(6)];
        var comparison = (Comparison)random.Next(11);
        object value = random.Next(4) switch
        {
            0 => random.Next(5),
            1 => random.Next(9) / 4.0,
            _ => Words[random.Next(Words.Length)],
        };
        return comparison switch
        {
            Comparison.In => new(path, comparison, new List<string> { Words[1], Words[random.Next(Words.Length)] }),
            Comparison.StartsWith or Comparison.Contains => new(path, comparison, Words[random.Next(1, 4)]),
            Comparison.Equal or Comparison.NotEqual when random.Next(3) == 0 =>
                new(path, comparison, random.Next(2) == 0),
            _ => new(path, comparison, value),
        };
    }
}
