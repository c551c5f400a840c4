using System.Text;
using CrmCloud.Core.Kpis;
using CrmCloud.Core.Shared;
using CrmCloud.Store;

namespace CrmCloud.Tests.Figures;

public sealed class RuleProfileTests
{
    private static readonly StoredProfile Full = new()
    {
        CustomerId = "0000000c8000700070102030405060700",
        Version = 7,
        LastOrderAt = 1_767_198_410_000,
        Frequency = 38,
        MonetaryMinor = 378_054,
        NetMinor = -3,
        Lifecycle = Lifecycle.WonBack,
        IdicStage = IdicStage.Customized,
        Rfm = new RfmMark(5, 4, 3, 2),
        RfmGroup = RfmGroup.AboutToSleep,
        Value = new CustomerProfile
        {
            FirstOrderAt = 1, LastOrderAt = 2, LastOrderDay = 20_453, FirstOrderDay = 20_441, OrderDays = 13,
            FirstDayGross = 15_347, Orders = 38, Gross = 378_054, Net = -3, Lifecycle = Lifecycle.WonBack,
            Touches = [new ChannelTouch(3, 2, 1), new ChannelTouch(17, 1, 5)],
        },
        Exists = true,
        IsKnown = true,
        CustomerVersion = 9,
        Consents =
        [
            new ConsentMark("news \"letters\" für alle", Channel.Email, true, null, 3),
            new ConsentMark("ads", Channel.Sms, false, 1_767_198_410_000, 4),
        ],
        CountedAt = 5,
        Chunks = 2,
        Due = new DueMark(1, 2, 3),
    };

    public static TheoryData<string> Profiles => ["full", "prospect", "gone"];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void A_pass_reads_of_a_profile_what_rules_ask_for(string which)
    {
        var stored = which switch
        {
            "full" => Full,
            "prospect" => new StoredProfile { CustomerId = Full.CustomerId, Exists = true },
            _ => Full with { Exists = false, Rfm = null, Consents = [] },
        };

        var read = DocumentJson.Read<RuleProfile>(DocumentJson.Write(stored)).Stored;

        Assert.Equal(Json(AsRulesSee(stored)), Json(read));
    }

    [Fact]
    public void A_value_that_no_profile_has_is_an_error_and_no_default()
    {
        var torn = Json(Full).Replace("\"WonBack\"", "\"Elsewhere\"", StringComparison.Ordinal);

        Assert.ThrowsAny<System.Text.Json.JsonException>(
            () => DocumentJson.Read<RuleProfile>(Encoding.UTF8.GetBytes(torn)));
    }

    private static StoredProfile AsRulesSee(StoredProfile stored) => new()
    {
        CustomerId = stored.CustomerId, Version = stored.Version, Exists = stored.Exists, Lifecycle = stored.Lifecycle,
        IdicStage = stored.IdicStage, Rfm = stored.Rfm, RfmGroup = stored.RfmGroup, Consents = stored.Consents,
        Value = new CustomerProfile
        {
            Orders = stored.Value.Orders, Gross = stored.Value.Gross, Net = stored.Value.Net,
            LastOrderDay = stored.Value.LastOrderDay,
        },
    };

    private static string Json(StoredProfile profile) => Encoding.UTF8.GetString(DocumentJson.Write(profile));
}
