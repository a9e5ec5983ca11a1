package io.tillstream.standalone;

import io.tillstream.command.admin.Admins;
import io.tillstream.command.admin.FirstStart;
import io.tillstream.http.outgoing.Targets;
import io.tillstream.standalone.Backends.Addresses;
import io.tillstream.standalone.Backends.Given;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** A shop from start to end: its servers, the application on them, and what the command line reaches it by. */
final class Shop implements AutoCloseable {
    private static final Duration LOOK_AROUND = Duration.ofMillis(500);

    private final DataFolder data;
    private final Console console;
    private final Backends backends;
    private final CountDownLatch stopping = new CountDownLatch(1);
    /** Held while starting, so that an end waits until there is something whole to end. */
    private final ReentrantLock life = new ReentrantLock();

    private @Nullable ConfigurableApplicationContext application;
    private @Nullable Control control;
    private boolean closed;

    Shop(DataFolder data, Console console) {
        this.data = data;
        this.console = console;
        this.backends = new Backends(data, console);
    }

    /** Where the servers are, and what the application made if it found no admin. */
    record Started(Addresses addresses, Optional<FirstStart.Made> made) {}

    /** The settings are for the application, on top of where the servers are. */
    Started start(Given given, int port, Map<String, Object> settings) {
        life.lock();
        try {
            Addresses addresses = backends.start(given);
            requireGoingOn();
            long begun = System.nanoTime();
            ConfigurableApplicationContext context = started(Settings.of(data, addresses, port, settings), port);
            application = context;
            String url = "http://localhost:" + port;
            control = Control.start(
                    data.controlFile(),
                    RunningShop.known(url, context.getEnvironment()),
                    new ControlledAdmins(context.getBean(Admins.class)),
                    context.getBean(Targets.class));
            console.ready("Tillstream", url, begun);
            requireGoingOn();
            return new Started(addresses, context.getBean(FirstStart.class).made());
        } catch (IOException e) {
            throw new CannotGoOn("Cannot write " + data.controlFile() + ": " + Reasons.of(e), e);
        } finally {
            life.unlock();
        }
    }

    private void requireGoingOn() {
        if (stopping.getCount() == 0) throw new CannotGoOn("Stopped while starting");
    }

    private static ConfigurableApplicationContext started(Map<String, Object> settings, int port) {
        SpringApplication spring = new SpringApplication(StandaloneConfiguration.class);
        spring.setBannerMode(Banner.Mode.OFF);
        spring.setLogStartupInfo(false);
        spring.setRegisterShutdownHook(false);
        // The services' own application.properties all have one name; what holds here is in Settings.
        spring.setDefaultProperties(Map.of("spring.config.name", "standalone"));
        spring.addInitializers(context -> context.getEnvironment()
                .getPropertySources()
                .addFirst(new MapPropertySource("tillstream up", settings)));
        try {
            return spring.run();
        } catch (RuntimeException e) {
            for (@Nullable Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof PortInUseException) throw Up.taken(port);
                if (cause instanceof BindException wrong) throw new CannotGoOn(Reasons.of(wrong), e);
            }
            throw new CannotGoOn("Tillstream didn't start: " + Reasons.innermost(e), e);
        }
    }

    /** Looks after the servers until the shop is to end. */
    void watch() {
        boolean full = false;
        try {
            while (!stopping.await(LOOK_AROUND.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    backends.heal();
                    boolean nearlyFull = data.nearlyFull();
                    if (nearlyFull && !full) console.say("The disk of " + data.path() + " is nearly full.");
                    full = nearlyFull;
                } catch (OutOfMemoryError e) {
                    // whatever took the memory, this watch goes on when it is free again
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From the outside in: no new requests, the running ones done, then what they wrote to. */
    @Override
    public void close() {
        stopping.countDown();
        life.lock();
        try {
            if (closed) return;
            closed = true;
            Control listening = control;
            if (listening != null) listening.close();
            ConfigurableApplicationContext running = application;
            if (running != null) running.close();
            backends.close();
            data.close();
        } finally {
            life.unlock();
        }
    }
}
