package io.tillstream.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** TCP ports of 127.0.0.1. */
public final class Ports {
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 31_999;
    private static final int TRIES = 1_000;
    private static final Set<Integer> KEPT = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** Gives a port to nobody in this process any more: it is meant for a server that comes later. */
    public static void keep(int port) {
        KEPT.add(port);
    }

    /**
     * A port nobody listens on at the moment; a server that takes it later may still find it gone. It lies below those that Linux and
     * macOS give out by themselves, to connections and to whoever asks for any: so many of them come and go that one is soon taken.
     */
    public static int free() {
        for (int tries = 0; tries < TRIES; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST + 1);
            if (!KEPT.contains(port) && isFree(port)) return port;
        }
        throw new ServerFailed("No port of 127.0.0.1 from " + LOWEST + " to " + HIGHEST + " is free");
    }

    /** The wanted port if it can be had, any other otherwise. */
    public static int freeOr(int wanted) {
        return wanted > 0 && !KEPT.contains(wanted) && isFree(wanted) ? wanted : free();
    }

    public static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(loopback(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
