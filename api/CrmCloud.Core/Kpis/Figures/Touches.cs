namespace CrmCloud.Core.Kpis;

/// <summary>How often one customer was in touch over each channel, and when last.</summary>
internal sealed class Touches
{
    private const int Channels = 256;

    private readonly int[] _count = new int[Channels];
    private readonly long[] _lastAt = new long[Channels];

    public void Read(in FactView facts, long now)
    {
        Array.Clear(_count);
        for (var i = 0; i < facts.At.Length && facts.At[i] <= now; i++)
        {
            if (facts.Kind[i] == (byte)FactKind.Interaction)
            {
                _count[facts.Channel[i]]++;
                _lastAt[facts.Channel[i]] = facts.At[i];
            }
        }
    }

    public IReadOnlyList<ChannelTouch> ToList() =>
        [.. Enumerable.Range(0, Channels)
            .Where(channel => _count[channel] > 0)
            .Select(channel => new ChannelTouch((byte)channel, _count[channel], _lastAt[channel]))];
}
