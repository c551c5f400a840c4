using System.Text;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Pipeline;
using CrmCloud.Core.Shared;
using CrmCloud.Core.Tenants;

namespace CrmCloud.Core.Personalization;

/// <summary>
/// All of a decision that its model does not hold: what was asked, and which action was held back for what reason. It
/// is the recommendation's id, sealed, so that asking writes nothing and every outcome still finds its decision.
/// </summary>
/// <param name="Epoch">Of the <see cref="ActionModel"/>.</param>
/// <param name="Day">Local day of the decision.</param>
/// <param name="Marks">One for each action of the model, in its order.</param>
/// <param name="Index">Of the recommended action among the model's.</param>
internal sealed record RecommendationToken(
    string CustomerId, int Epoch, int Day, RfmGroup Group, Channel Channel, string? Placement,
    IReadOnlyList<ActionMark> Marks, int Index)
{
    public const int MostPlacementCharacters = 40;

    /// <summary>How long after the day of the decision outcomes are taken.</summary>
    public const int DaysForOutcomes = 30;

    private const byte Form = 1;

    /// <summary>The same for all recommendations of one decision.</summary>
    public string DecisionId => KeyHash.Of(Convert.ToHexString(Body(0)));

    public bool IsHeldOut => Marks[Index] == ActionMark.HeldOut;

    public string LocalId(CursorSigner signer) => signer.Seal(Body(Index));

    /// <summary>Null for what this tenant and mode did not make.</summary>
    /// <param name="id">Global id, as a caller claims it.</param>
    public static RecommendationToken? Read(Caller caller, string? id) =>
        GlobalId.Local(id, "Recommendation") is { } local ? ReadLocal(caller, local) : null;

    public static RecommendationToken? ReadLocal(Caller caller, string localId) =>
        caller.Cursors.Open(localId) is { } body && body[0] == Form ? Parse(body) : null;

    private byte[] Body(int index)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Form);
        writer.Write(Convert.ToByte(CustomerId[..1], 16));
        writer.Write(Convert.FromHexString(CustomerId.AsSpan(1)));
        writer.Write(Epoch);
        writer.Write(Day);
        writer.Write((byte)Group);
        writer.Write((byte)Channel);
        writer.Write(Placement ?? "");
        writer.Write((byte)Marks.Count);
        for (var i = 0; i < Marks.Count; i += 2)
        {
            writer.Write((byte)((int)Marks[i] | ((i + 1 < Marks.Count ? (int)Marks[i + 1] : 0) << 4)));
        }

        writer.Write((byte)index);
        writer.Flush();
        return stream.ToArray();
    }

    // The seal was checked: these are bytes that we wrote.
    private static RecommendationToken Parse(byte[] body)
    {
        using var reader = new BinaryReader(new MemoryStream(body), Encoding.UTF8);
        reader.ReadByte();
        var customer = $"{reader.ReadByte():x}{Convert.ToHexStringLower(reader.ReadBytes(16))}";
        var (epoch, day) = (reader.ReadInt32(), reader.ReadInt32());
        var (group, channel, placement) =
            ((RfmGroup)reader.ReadByte(), (Channel)reader.ReadByte(), reader.ReadString());
        var count = reader.ReadByte();
        var pairs = reader.ReadBytes((count + 1) / 2);
        var marks = Enumerable.Range(0, count).Select(i => (ActionMark)((pairs[i / 2] >> (i % 2 * 4)) & 15)).ToList();
        return new(
            customer, epoch, day, group, channel, placement.Length == 0 ? null : placement, marks, reader.ReadByte());
    }
}

/// <summary>What was found of an action; below 16, as it is written into ids.</summary>
internal enum ActionMark
{
    Candidate,

    /// <summary>A candidate, but the customer belongs to the action's control group.</summary>
    HeldOut,

    /// <summary>No longer active.</summary>
    Inactive,

    /// <summary>The first of the <see cref="SuppressionReason"/>s; the others follow in their order.</summary>
    Suppressed,
}
