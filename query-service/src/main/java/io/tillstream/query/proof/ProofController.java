package io.tillstream.query.proof;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.tillstream.events.Flat;
import io.tillstream.events.Mode;
import io.tillstream.http.Answer;
import io.tillstream.http.Request;
import io.tillstream.http.access.RequiresEveryScope;
import io.tillstream.http.error.ErrorCode;
import io.tillstream.http.error.Invalid;
import io.tillstream.http.history.NotFound;
import io.tillstream.http.list.Cursor;
import io.tillstream.http.list.ListParams;
import io.tillstream.http.list.ListQuery;
import io.tillstream.http.list.Listing;
import io.tillstream.store.StoredEvent;
import io.tillstream.store.proof.SignedHead;
import io.tillstream.store.proof.StoredTree;
import io.tillstream.store.proof.StoredTree.Step;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows an event's proof, and the signed heads. */
@RestController
@RequestMapping("/api/v1/events")
class ProofController {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(50);

    /** Heads have no id; a cursor wants one. */
    private static final UUID NO_ID = new UUID(0, 0);

    private final StoredTree tree;

    ProofController(StoredTree tree) {
        this.tree = tree;
    }

    /**
     * That an event is in the history that a head was signed for.
     *
     * @param row the event as it is stored, what is personal sealed: the leaf is made of these bytes
     * @param leafHash of the leaf that was recorded when the event was signed, in hex
     * @param leafIndex how many events are before it
     * @param treeSize how many events the head covers
     * @param inclusion the hashes beside the way from the leaf to the root, in hex: the audit path of RFC 6962
     */
    record EventProof(
            StoredEvent row, String leafHash, long leafIndex, long treeSize, List<String> inclusion, SignedHead head) {}

    /**
     * A head with the proof that its history begins with that of an older head.
     *
     * @param previousSize of the older head: `from_size`, or else the head before this one; 0 for none
     * @param consistency the consistency proof of RFC 6962 between the two, in hex; empty where `previous_size` is 0 or the size
     *     itself
     */
    record ListedHead(@Flat SignedHead head, long previousSize, List<String> consistency) {}

    @GetMapping("/{id}/proof")
    @RequiresEveryScope
    @Operation(
            operationId = "proveEvent",
            summary = "Prove an event",
            description =
                    "The stored row, and the way from it to a signed tree head: what to do with them is in `docs/proofs.md`. An"
                            + " event gets under a head within a second or two. This waits for it that long; then the answer"
                            + " is 503.")
    Answer<EventProof> prove(Request request, @PathVariable UUID id) throws InterruptedException {
        StoredEvent row = NotFound.unless(tree.event(id, Set.of(request.caller().mode(), Mode.SHOP)), "Event");
        SignedHead head = headOver(row.position());
        long index = tree.indexOf(row.position())
                .orElseThrow(() -> new Invalid(
                        ErrorCode.NOT_FOUND, "This event is not in the signed history; `tillstream verify` says more"));
        return Answer.ok(
                new EventProof(row, tree.leaf(index), index, head.size(), tree.inclusion(index, head.size()), head));
    }

    private SignedHead headOver(long position) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<SignedHead> newest = tree.newest();
            if (newest.isPresent() && newest.get().lastPosition() >= position) return newest.get();
            if (System.nanoTime() > end)
                throw Invalid.unavailable("No signed head covers this event yet, try again", 1);
            TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
    }

    @GetMapping("/heads")
    @RequiresEveryScope
    @ListParams(
            sort = "size",
            filters = {"from_size", "to_size"})
    @Operation(
            operationId = "listTreeHeads",
            summary = "List signed tree heads",
            description =
                    "Greatest first unless sorted otherwise. Each comes with the proof that its history begins with that of the"
                            + " head before it. Who has kept a head asks with its size as `from_size`, and gets the proof from"
                            + " there: `?from_size=4711&limit=1` leads to today's head.")
    @Parameter(
            name = "from_size",
            description = "Heads of at least so many events, each with the proof from this size on",
            example = "4711")
    @Parameter(name = "to_size", description = "Heads of at most so many events", example = "8000")
    Listing<ListedHead> list(ListQuery query) {
        long from = size(query, "from_size", 0);
        long to = size(query, "to_size", Long.MAX_VALUE);
        long low = from;
        long high = to;
        Cursor cursor = query.cursor();
        Long after = cursor == null ? null : cursor.number();
        if (after != null && query.ascending()) low = Math.max(low, after == Long.MAX_VALUE ? after : after + 1);
        if (after != null && !query.ascending()) high = Math.min(high, Math.max(after, 1) - 1);
        List<SignedHead> heads = tree.heads(low, high, query.ascending(), query.limit() + 1);
        List<Step> steps = IntStream.range(0, heads.size())
                .mapToObj(i -> new Step(
                        from > 0 ? from : before(heads, i, query.ascending()),
                        heads.get(i).size()))
                .toList();
        List<List<String>> proofs = tree.consistency(steps);
        List<ListedHead> rows = IntStream.range(0, heads.size())
                .mapToObj(i -> new ListedHead(heads.get(i), steps.get(i).older(), proofs.get(i)))
                .toList();
        return Listing.page(query, rows, row -> query.after(row.head().size(), NO_ID), null);
    }

    /** The size of the head before one of a page. */
    private long before(List<SignedHead> heads, int i, boolean ascending) {
        int neighbour = ascending ? i - 1 : i + 1;
        return neighbour >= 0 && neighbour < heads.size()
                ? heads.get(neighbour).size()
                : tree.sizeBefore(heads.get(i).size());
    }

    private static long size(ListQuery query, String name, long absent) {
        String sent = query.filter(name);
        if (sent == null || sent.isEmpty()) return absent;
        if (sent.matches("[0-9]{1,18}") && Long.parseLong(sent) > 0) return Long.parseLong(sent);
        throw new Invalid(
                ErrorCode.INVALID_INPUT,
                "Invalid " + name + ": must be a whole number of events, from 1",
                Map.of(name, List.of(name + " must be a whole number of events, from 1")));
    }
}
