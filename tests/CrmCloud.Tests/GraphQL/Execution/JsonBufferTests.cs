using System.Globalization;
using System.Text;
using System.Text.Json;
using CrmCloud.GraphQL.Execution;
using Xunit.Abstractions;

namespace CrmCloud.Tests.GraphQL.Execution;

public sealed class JsonBufferTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1.25, "1.25")]
    [InlineData(3.001, "3.001")]
    [InlineData(99999999999.125, "99999999999.125")]
    [InlineData(0.1 + 0.2, "0.30000000000000004")]
    [InlineData(1e300, "1E+300")]
    public void Doubles_are_written_shortest(double value, string expected) =>
        Assert.Equal(expected, Text(b => b.WriteNumber(value)));

    [Fact]
    public void Any_double_reads_back_as_itself_and_as_short_as_the_runtime_writes_it()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var value = i % 2 == 0
                ? BitConverter.Int64BitsToDouble(random.NextInt64())
                : random.NextInt64(-100_000_000_000, 100_000_000_000) / Math.Pow(10, random.Next(6));
            if (double.IsFinite(value))
            {
                Assert.Equal(value.ToString("R", CultureInfo.InvariantCulture), Text(b => b.WriteNumber(value)));
            }
        }
    }

    [Fact]
    public void Any_text_reads_back_as_itself()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 5_000; i++)
        {
            var kinds = i % 2 == 0 ? 5 : 1_000;
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(kinds) switch
            {
                0 => ((char)random.Next(0x30)).ToString(),
                1 => new Rune(random.Next(0x10000, 0x10FFFF)).ToString(),
                2 => ((char)random.Next(0x80, 0xD000)).ToString(),
                3 => "abc\\\"",
                _ => ((char)random.Next(' ', 0x80)).ToString(),
            }));

            Assert.Equal(text, JsonSerializer.Deserialize<string>(Text(b => b.WriteString(text))));
        }
    }

    [Fact]
    public void More_than_the_limit_is_refused()
    {
        using var buffer = new JsonBuffer(16, 1000);

        Assert.Throws<ResponseTooLargeException>(() => buffer.WriteString(new string('x', 2000)));
    }

    private static string Text(Action<JsonBuffer> write)
    {
        using var buffer = new JsonBuffer(16);
        write(buffer);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }
}
