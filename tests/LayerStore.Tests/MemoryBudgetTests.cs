namespace LayerStore.Tests;

public sealed class MemoryBudgetTests
{
    [Fact]
    public void What_a_part_of_a_part_gives_back_the_whole_has_again()
    {
        MemoryBudget whole = new(100);
        MemoryBudget part = whole.Part().Part();
        part.Take(100);
        Assert.Equal(ErrorKind.DataLoss, Assert.Throws<LayerStoreException>(() => whole.Part().Take(1)).Kind);

        // What was refused counts until it is given back as well.
        MemoryBudget again = new(100);
        MemoryBudget released = again.Part().Part();
        released.Take(100);
        released.Release();
        again.Part().Take(100);
        Assert.Throws<LayerStoreException>(() => again.Part().Take(1));
    }
}
