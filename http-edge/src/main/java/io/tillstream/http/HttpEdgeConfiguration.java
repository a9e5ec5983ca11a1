package io.tillstream.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.tillstream.http.access.Keys;
import io.tillstream.http.consistency.OwnWrites;
import io.tillstream.http.consistency.ReadModel;
import io.tillstream.http.error.Unavailability;
import io.tillstream.http.limit.KeyLimiter;
import io.tillstream.http.redis.Redis;
import io.tillstream.http.session.LoginThrottle;
import io.tillstream.http.session.Sessions;
import io.tillstream.http.stream.Streams;
import io.tillstream.http.trace.TraceConfiguration;
import io.tillstream.http.trace.Traces;
import io.tillstream.http.usage.KeyUses;
import io.tillstream.store.Credentials;
import io.tillstream.store.EventStoreConfiguration;
import java.time.Clock;
import java.time.Duration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.webflux.autoconfigure.WebFluxRegistrations;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.PropertySource;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.result.method.annotation.ArgumentResolverConfigurer;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerAdapter;
import org.springframework.web.reactive.result.method.annotation.RequestMappingHandlerMapping;

/**
 * The edge of every service. It takes from a service, where there are any: a {@link ReadModel}, {@link RequestListener}s and
 * {@link Unavailability}s.
 */
@Configuration
@Import({EventStoreConfiguration.class, DocsController.class, EdgeHealth.class, TraceConfiguration.class})
@EnableConfigurationProperties(EdgeSettings.class)
@PropertySource("classpath:io/tillstream/http/edge.properties")
public class HttpEdgeConfiguration {
    /**
     * Event loops of its own: the global ones end with the first of several applications in a JVM. They end at once: what was
     * asked for has been answered by then, as shutting down is graceful.
     */
    @Bean
    ReactorResourceFactory reactorResourceFactory() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setShutdownQuietPeriod(Duration.ZERO);
        return resources;
    }

    @Bean
    Redis redis(EdgeSettings settings) {
        return new Redis(settings.redis().uri());
    }

    @Bean
    Sessions sessions(Redis redis, Clock clock) {
        return new Sessions(redis, clock);
    }

    @Bean
    LoginThrottle loginThrottle(Redis redis) {
        return new LoginThrottle(redis);
    }

    @Bean
    OwnWrites ownWrites(Redis redis, Clock clock, EdgeSettings settings) {
        return new OwnWrites(redis, clock, settings.redis().sharedWrites());
    }

    @Bean
    Keys keys(Credentials credentials, Clock clock) {
        return new Keys(credentials, clock);
    }

    @Bean
    KeyLimiter keyLimiter(Redis redis, Clock clock, MeterRegistry meters) {
        return new KeyLimiter(redis, clock, meters);
    }

    @Bean(initMethod = "start")
    KeyUses keyUses(Redis redis) {
        return new KeyUses(redis);
    }

    @Bean
    Routes routes() {
        return new Routes();
    }

    @Bean
    ResponseHeaders responseHeaders(EdgeSettings settings) {
        return new ResponseHeaders(settings.siteUrl());
    }

    @Bean
    EdgeFilter edgeFilter(
            Routes routes,
            ResponseHeaders headers,
            EdgeSettings settings,
            Keys keys,
            Sessions sessions,
            KeyLimiter limiter,
            OwnWrites ownWrites,
            ObjectProvider<ReadModel> readModels,
            ObjectProvider<RequestListener> listeners,
            Traces traces,
            Clock clock) {
        return new EdgeFilter(
                routes,
                headers,
                settings.trustedProxy(),
                keys,
                sessions,
                limiter,
                readModels.stream().findAny().isEmpty() ? null : ownWrites,
                listeners.orderedStream().toList(),
                traces,
                clock);
    }

    @Bean
    WebFluxRegistrations edgeRegistrations(
            Routes routes, ResponseHeaders headers, EdgeSettings settings, ObjectProvider<ReadModel> readModels) {
        return new WebFluxRegistrations() {
            @Override
            public RequestMappingHandlerMapping getRequestMappingHandlerMapping() {
                return new EdgeHandlerMapping(routes, headers.site(), settings.trustedProxy());
            }

            @Override
            public RequestMappingHandlerAdapter getRequestMappingHandlerAdapter() {
                return new EdgeHandlerAdapter(readModels.stream().toList());
            }
        };
    }

    @Bean
    WebFluxConfigurer edgeArguments(Routes routes, Clock clock) {
        return new WebFluxConfigurer() {
            @Override
            public void configureArgumentResolvers(ArgumentResolverConfigurer configurer) {
                configurer.addCustomResolver(new Arguments(routes, clock));
            }
        };
    }

    @Bean
    AnswerWriter answerWriter(OwnWrites ownWrites) {
        return new AnswerWriter(ownWrites);
    }

    @Bean
    Streams streams(ObjectProvider<Unavailability> unavailabilities) {
        return new Streams(unavailabilities.orderedStream().toList());
    }

    @Bean
    StreamWriter streamWriter(Streams streams) {
        return new StreamWriter(streams);
    }

    @Bean
    Unavailability ownBackends() {
        return Backends::away;
    }

    @Bean
    ErrorWriter errorWriter(ObjectProvider<Unavailability> unavailabilities) {
        return new ErrorWriter(unavailabilities.orderedStream().toList());
    }

    @Bean
    MalformedRequests malformedRequests() {
        return new MalformedRequests();
    }
}
