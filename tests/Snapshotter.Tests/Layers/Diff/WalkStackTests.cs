using Snapshotter.Layers.Diff;

namespace Snapshotter.Tests.Layers.Diff;

public sealed class WalkStackTests
{
    [Fact]
    public void However_deep_few_directories_are_open()
    {
        Counter counter = new();
        using WalkStack<Level> stack = new();
        for (int round = 0; round < 3; round++)
        {
            while (stack.Count < 5000)
            {
                stack.Push(new Level(counter));
                Assert.InRange(counter.Open, 1, 64);
            }

            while (stack.Count > round * 100 + 1)
            {
                stack.Pop();
                Assert.True(stack.Top.IsOpen);
            }
        }

        stack.Dispose();
        Assert.Equal(0, counter.Open);
    }

    [Fact]
    public void A_level_that_cannot_be_resumed_leaves_the_others_to_be_disposed()
    {
        Counter counter = new();
        WalkStack<Level> stack = new();
        while (stack.Count < 100)
        {
            stack.Push(new Level(counter));
        }

        counter.Fails = true;
        Assert.Throws<IOException>(() =>
        {
            while (stack.Count > 0)
            {
                stack.Pop();
            }
        });
        stack.Dispose();
        Assert.Equal(0, counter.Open);
    }

    private sealed class Counter
    {
        public int Open { get; set; }

        public bool Fails { get; set; }
    }

    private sealed class Level : IWalkLevel<Level>
    {
        private readonly Counter _counter;

        public Level(Counter counter)
        {
            _counter = counter;
            Set(open: true);
        }

        public bool IsOpen { get; private set; }

        public void Suspend(Level below)
        {
            Assert.True(below.IsOpen);
            Assert.True(IsOpen);
            Set(open: false);
        }

        public void Resume(Level below)
        {
            Assert.True(below.IsOpen);
            Assert.False(IsOpen);
            if (_counter.Fails)
            {
                throw new IOException("not again");
            }

            Set(open: true);
        }

        public void Dispose() => Set(open: false);

        private void Set(bool open)
        {
            _counter.Open += (open ? 1 : 0) - (IsOpen ? 1 : 0);
            IsOpen = open;
        }
    }
}
