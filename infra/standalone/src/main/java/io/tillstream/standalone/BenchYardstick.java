package io.tillstream.standalone;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static org.springframework.web.reactive.function.server.RequestPredicates.GET;
import static org.springframework.web.reactive.function.server.RequestPredicates.POST;
import static org.springframework.web.reactive.function.server.RequestPredicates.PUT;
import static org.springframework.web.reactive.function.server.RouterFunctions.route;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.bson.Document;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import reactor.netty.http.server.HttpServer;
import reactor.netty.resources.ConnectionProvider;

/**
 * What the shop is measured against, in a JVM like the shop's: WebFlux on Netty that does nothing but find documents by
 * their ids in the same store and answer with their stored JSON as it is, or answer bytes from memory. No authentication, limits,
 * modes, validation, sorting, counting, metrics; not even a tree of the JSON.
 */
public final class BenchYardstick {
    /** What names of headers begin with that are sent on, without it. */
    static final String SAME = "Same-";

    /** Of a body: the ids of a thousand pages. */
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final MongoCollection<Document> documents;
    private final Scheduler blocking = Schedulers.fromExecutorService(Executors.newVirtualThreadPerTaskExecutor());
    private volatile List<List<String>> pages = List.of();
    private volatile byte[] memory = {};

    private BenchYardstick(MongoCollection<Document> documents) {
        this.documents = documents;
    }

    /** Where the store is, its database, and the collection. */
    public static void main(String[] args) {
        try (MongoClient client = MongoClients.create(args[0])) {
            BenchYardstick yardstick =
                    new BenchYardstick(client.getDatabase(args[1]).getCollection(args[2]));
            var server = HttpServer.create()
                    .host("127.0.0.1")
                    .port(0)
                    .handle(new ReactorHttpHandlerAdapter(RouterFunctions.toHttpHandler(
                            route(GET("/one/{id}"), yardstick::one)
                                    .andRoute(GET("/pages/{page}"), yardstick::page)
                                    .andRoute(PUT("/pages"), yardstick::keepPages)
                                    .andRoute(GET("/memory"), request -> json(yardstick.memory))
                                    .andRoute(PUT("/memory"), yardstick::keep)
                                    .andRoute(POST("/deliver"), yardstick::deliver),
                            HandlerStrategies.builder()
                                    .codecs(codecs -> codecs.defaultCodecs().maxInMemorySize(MOST_BYTES))
                                    .build())))
                    .bindNow();
            System.out.println("listening on " + server.port());
            server.onDispose().block();
        }
    }

    private Mono<ServerResponse> one(ServerRequest request) {
        return found(() -> {
            Document found = documents.find(eq(request.pathVariable("id"))).first();
            return found == null ? "{}" : "{\"data\":" + found.getString("state") + "}";
        });
    }

    private Mono<ServerResponse> page(ServerRequest request) {
        List<String> ids = pages.get(Integer.parseInt(request.pathVariable("page")));
        return found(() -> {
            StringBuilder all = new StringBuilder("{\"data\":[");
            for (Document found : documents.find(in("_id", ids)))
                all.append(found.getString("state")).append(',');
            all.setCharAt(all.length() - 1, ']');
            return all.append('}').toString();
        });
    }

    private Mono<ServerResponse> found(Callable<String> find) {
        return Mono.fromCallable(find)
                .subscribeOn(blocking)
                .flatMap(text -> json(text.getBytes(StandardCharsets.UTF_8)));
    }

    private Mono<ServerResponse> keepPages(ServerRequest request) {
        return request.bodyToMono(String.class).flatMap(text -> {
            pages = text.lines().map(line -> List.of(line.split(",", -1))).toList();
            return json(memory);
        });
    }

    private Mono<ServerResponse> keep(ServerRequest request) {
        return request.bodyToMono(byte[].class).flatMap(bytes -> {
            memory = bytes;
            return json(bytes);
        });
    }

    /** Posts the same bytes as often as asked, headers and body, so many at a time, and answers how long it took. */
    private Mono<ServerResponse> deliver(ServerRequest request) {
        String url = request.queryParam("url").orElseThrow();
        int times = Integer.parseInt(request.queryParam("times").orElseThrow());
        int atOnce = Integer.parseInt(request.queryParam("at_once").orElseThrow());
        HttpHeaders same = new DefaultHttpHeaders();
        request.headers().asHttpHeaders().forEach((name, values) -> {
            if (name.regionMatches(true, 0, SAME, 0, SAME.length())) same.set(name.substring(SAME.length()), values);
        });
        return request.bodyToMono(byte[].class)
                .flatMap(body -> Mono.defer(() -> {
                    ConnectionProvider connections = ConnectionProvider.create("bare", atOnce);
                    HttpClient http = HttpClient.create(connections)
                            .headers(sent -> sent.set(same).set("Content-Length", body.length));
                    long started = System.nanoTime();
                    return Flux.range(0, times)
                            .flatMap(
                                    n -> http.post()
                                            .uri(url)
                                            .send((sent, outbound) -> outbound.sendByteArray(Mono.just(body)))
                                            .responseSingle((response, bytes) ->
                                                    bytes.asString().defaultIfEmpty("")),
                                    atOnce)
                            .then(Mono.defer(() -> json(
                                    Long.toString(System.nanoTime() - started).getBytes(StandardCharsets.US_ASCII))))
                            .doFinally(signal -> connections.dispose());
                }));
    }

    private static Mono<ServerResponse> json(byte[] bytes) {
        return ServerResponse.ok().contentType(MediaType.APPLICATION_JSON).bodyValue(bytes);
    }
}
