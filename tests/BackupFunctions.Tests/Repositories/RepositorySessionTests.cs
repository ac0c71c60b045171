using BackupFunctions.Ipfs;
using BackupFunctions.Manifest;
using BackupFunctions.Repositories;
using BackupFunctions.Tests.Manifest;

namespace BackupFunctions.Tests.Repositories;

public sealed class RepositorySessionTests : IDisposable
{
    private readonly TestRepository _repository = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task The_first_run_makes_a_repository_and_the_second_opens_it()
    {
        var made = await _repository.Session().OpenOrCreate(Cancellation);
        var opened = await _repository.Session().OpenOrCreate(Cancellation);
        opened.Id.ShouldBe(made.Id);
        opened.Keys.Current.Repository.ShouldBe(made.Keys.Current.Repository);
        foreach (var node in new[] { _repository.First.Inner, _repository.Second.Inner })
            node.PinNames.ShouldHaveSingleItem().Value.ShouldBe(PinNames.Manifest(made.Id));
    }

    [Fact]
    public async Task Without_a_first_run_there_is_nothing_to_open()
    {
        (await Should.ThrowAsync<BackupException>(() => _repository.Session().Open(Cancellation))).Kind.ShouldBe(ErrorKind.NotFound);
        _repository.Memory.Head.ShouldBeNull();
        _repository.First.Inner.Blocks.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_key_does_not_open_it_and_makes_no_new_one()
    {
        await _repository.Session().OpenOrCreate(Cancellation);
        var head = _repository.Memory.Head;
        (await Should.ThrowAsync<BackupException>(() => _repository.Session(TestRepository.OtherKey).OpenOrCreate(Cancellation))).Kind.ShouldBe(ErrorKind.WrongKey);
        _repository.Memory.Head.ShouldBe(head);
    }

    [Fact]
    public async Task Many_processes_that_start_at_once_end_with_one_repository()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => _repository.Session().OpenOrCreate(Cancellation))));
        opened.Select(r => r.Id).Distinct().ShouldHaveSingleItem().ShouldBe(_repository.Memory.Head!.Repository);
        _repository.First.Inner.PinNames.ShouldContainKey(_repository.Memory.Head.Manifest);
        _repository.Second.Inner.PinNames.ShouldContainKey(_repository.Memory.Head.Manifest);
    }

    [Fact]
    public async Task A_maker_whose_repository_another_process_finished_keeps_its_pins()
    {
        RepositoryId? other = null;
        _repository.Memory.BeforeReplace = async () =>
        {
            _repository.Memory.BeforeReplace = null;
            other = (await _repository.Session().OpenOrCreate(Cancellation)).Id;
        };
        var mine = await _repository.Session().OpenOrCreate(Cancellation);
        mine.Id.ShouldBe(other!.Value);
        _repository.First.Inner.PinNames.ShouldContainKey(_repository.Memory.Head!.Manifest);
        _repository.Second.Inner.PinNames.ShouldContainKey(_repository.Memory.Head.Manifest);
    }

    [Fact]
    public async Task A_maker_that_was_second_withdraws_its_own()
    {
        _repository.Memory.BeforeReplace = async () =>
        {
            _repository.Memory.BeforeReplace = null;
            // another process, which looked before anything was published
            var pins = _repository.First.Inner.PinNames.ToList();
            foreach (var node in new[] { _repository.First.Inner, _repository.Second.Inner }) node.PinNames.Clear();
            await _repository.Session().OpenOrCreate(Cancellation);
            foreach (var (root, name) in pins) (_repository.First.Inner.PinNames[root], _repository.Second.Inner.PinNames[root]) = (name, name);
        };
        var mine = await _repository.Session().OpenOrCreate(Cancellation);
        mine.Id.ShouldBe(_repository.Memory.Head!.Repository);
        _repository.First.Inner.PinNames.ShouldHaveSingleItem().Key.ShouldBe(_repository.Memory.Head.Manifest);
    }

    [Fact]
    public async Task A_repository_whose_maker_died_before_the_catalogue_knew_it_is_finished()
    {
        var made = await _repository.Session().OpenOrCreate(Cancellation);
        _repository.Memory.Head = null;
        _repository.Second.Inner.PinNames.Clear();
        (await _repository.Session().OpenOrCreate(Cancellation)).Id.ShouldBe(made.Id);
        _repository.Second.Inner.PinNames.ShouldContainKey(_repository.Memory.Head.ShouldNotBeNull().Manifest);
        await _repository.Manifest().Append(Entries.Change(1), null, Cancellation);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_empty_catalogue_beside_a_repository_of_this_key_stops_and_writes_nothing(bool recorded)
    {
        var manifest = await _repository.Create();
        if (recorded) await manifest.Append(Entries.Change(1), null, Cancellation);
        else _repository.First.Inner.PinNames[Cid.Raw([1])] = PinNames.Backup(_repository.Memory.Head!.Repository);
        _repository.Memory.Head = null;
        var (blocks, pins) = (_repository.First.Inner.Blocks.Count, _repository.First.Inner.PinNames.ToDictionary());

        var error = await Should.ThrowAsync<BackupException>(() => _repository.Session().OpenOrCreate(Cancellation));
        error.Kind.ShouldBe(ErrorKind.Conflict);
        error.Hint.ShouldNotBeNull().ShouldContain("MONGODB_CATALOG_URI");
        _repository.Memory.Head.ShouldBeNull();
        _repository.First.Inner.Blocks.Count.ShouldBe(blocks);
        _repository.First.Inner.PinNames.ToDictionary().ShouldBe(pins);
    }

    [Fact]
    public async Task A_repository_of_another_key_on_the_same_nodes_does_not_stop_a_first_run()
    {
        var foreign = await _repository.Session(TestRepository.OtherKey).OpenOrCreate(Cancellation);
        await _repository.Manifest(_repository.Session(TestRepository.OtherKey)).Append(Entries.Change(1), null, Cancellation);
        _repository.Memory.Head = null;
        var mine = await _repository.Session().OpenOrCreate(Cancellation);
        mine.Id.ShouldNotBe(foreign.Id);
        _repository.First.Inner.PinNames.Values.ShouldContain(PinNames.Manifest(foreign.Id));
    }

    [Fact]
    public async Task A_node_that_cannot_tell_its_pins_stops_a_first_run()
    {
        _repository.Second.Refused = NodeCalls.Pins;
        (await Should.ThrowAsync<BackupException>(() => _repository.Session().OpenOrCreate(Cancellation))).Message.ShouldContain("node 2");
        _repository.Memory.Head.ShouldBeNull();
    }
}
