using System.Text;
using CrmCloud.Core.Shared;
using CrmCloud.Store;
using CrmCloud.Store.Cosmos;

namespace CrmCloud.Tests.Store.Cosmos;

/// <summary>What a consistency token is made of.</summary>
public sealed class SeenPlacesTests
{
    [Fact]
    public void Of_answers_that_came_in_any_order_the_newest_of_a_range_counts()
    {
        var seen = new SeenPlaces("shop.live");
        seen.Note(Container.Master, "shop.live~7", "0:-1#20");
        seen.Note(Container.Master, "shop.live", "0:-1#19");
        seen.Note(Container.Interactions, "shop.live", "0:-1#3#1=5");
        seen.Note(Container.Interactions, "shop.live", "0:1#2#1=5");
        seen.Note(Container.Figures, "shop.live", null);

        Assert.Equal(
            [(Container.Master, "7", "0:-1#20"), (Container.Interactions, "", "0:1#2#1=5")],
            SeenPlaces.Read(seen.Text!));
    }

    [Fact]
    public void However_many_ranges_and_regions_there_are_the_token_can_be_read_back()
    {
        var (seen, signer) = (new SeenPlaces("shop.live"), CursorSigner.For(new byte[32], "shop", DataMode.Live));
        for (var range = 1_000; range < 1_100; range++)
        {
            var session = $"{range}:12#9876543210#1=9876543210#2=987654321#3=987654321";
            seen.Note(Container.Interactions, "shop.live~15", session);
        }

        var text = seen.Text!;
        Assert.Equal(text, Encoding.UTF8.GetString(signer.Open(signer.Seal(Encoding.UTF8.GetBytes(text)))!));
        Assert.Equal(16, SeenPlaces.Read(text).Count());
    }
}
