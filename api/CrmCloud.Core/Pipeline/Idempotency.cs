using System.Text.Json;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Core.Pipeline;

/// <summary>The idempotency key of one call: its reservation, and the marker that its effect leaves.</summary>
public sealed class Idempotency
{
    private readonly MutationCall _call;
    private readonly string _inputHash;
    private Reservation? _reservation;

    private Idempotency(MutationCall call, string key)
    {
        _call = call;
        Hash = KeyHash.Of(call.Caller.App.AppId, key, call.Field);
        _inputHash = KeyHash.Of(
            JsonSerializer.Serialize(call.Input, call.Input.GetType(), PipelineJson.Options),
            call.Options.IfVersion?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "");
    }

    /// <summary>Names the reservation and the marker of the call.</summary>
    public string Hash { get; }

    /// <summary>
    /// Names the new objects of the call. The first use is part of it: a key that is used again after its 24 hours
    /// must not name the objects that it made then.
    /// </summary>
    public string IdSeed => KeyHash.Of(
        Hash, FirstUsedAt.UtcTicks.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private DateTimeOffset FirstUsedAt => _reservation?.FirstUsedAt ?? _call.Caller.Now;

    /// <summary>Null where the caller gave no key, or only asks what would happen.</summary>
    public static Idempotency? For(MutationCall call) =>
        call.IdempotencyKey is { } key && !call.Options.DryRun ? new(call, key) : null;

    /// <summary>
    /// The first result, or the refusal of other input under the same key; null when nothing happened yet.
    /// </summary>
    public async Task<MutationResult<TPayload>?> EarlierAsync<TPayload>(CancellationToken stop)
    {
        var store = _call.Caller.Store;
        _reservation = await store.FindAsync<Reservation>(Reservation.KeyOf(Hash), stop);
        if (_reservation is null)
        {
            return null;
        }

        if (_reservation.InputHash != _inputHash)
        {
            return new()
            {
                UserErrors = [new IdempotencyMismatch(
                    "This idempotency key was used with other input; use a new key for a new request.",
                    _reservation.FirstUsedAt)],
                Meta = new(_call.Caller.RequestId, DryRun: false, Replayed: false, []),
            };
        }

        var marker = await store.FindAsync<Marker>(_reservation.MarkerKey, stop);
        return marker is null ? null : Replay<TPayload>(marker);
    }

    /// <summary>Writes down that the key is in use and where its marker will lie.</summary>
    /// <returns>False when another call with the key was faster; look for its result.</returns>
    public async Task<bool> ReserveAsync(Container container, string partition, CancellationToken stop)
    {
        if (_reservation is not null
            && (_reservation.MarkerContainer, _reservation.MarkerPartition) == (container, partition))
        {
            return true;
        }

        var reservation = (_reservation ?? New()) with { MarkerContainer = container, MarkerPartition = partition };
        await _call.Caller.Store.SaveAsync(Batch.Of(reservation), stop);
        _reservation = reservation with { Version = reservation.Version + 1 };
        return true;

        Reservation New() => new()
        {
            Hash = Hash,
            InputHash = _inputHash,
            FirstUsedAt = FirstUsedAt,
            MarkerContainer = container,
            MarkerPartition = partition,
        };
    }

    public Marker MarkerFor<TPayload>(
        Change<TPayload> change, IReadOnlyList<FieldChange> differences, Container container, string partition) => new()
        {
            Hash = Hash,
            Container = container,
            Partition = partition,
            Payload = JsonSerializer.SerializeToElement(change.Payload, PipelineJson.Options),
            Changes = differences,
        };

    private MutationResult<TPayload> Replay<TPayload>(Marker marker) => new()
    {
        Payload = marker.Payload.Deserialize<TPayload>(PipelineJson.Options),
        Meta = new(_call.Caller.RequestId, DryRun: false, Replayed: true, marker.Changes),
    };
}
