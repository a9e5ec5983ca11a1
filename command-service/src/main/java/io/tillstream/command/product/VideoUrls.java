package io.tillstream.command.product;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Which addresses are videos of a known provider. contract: products.md, "Content items". */
final class VideoUrls {
    static final String RULE = "must be an https address of a YouTube, Vimeo, Wistia, Bunny or Twitch video";

    private static final List<Pattern> RECOGNISED = List.of(
            Pattern.compile(
                    "(www\\.|m\\.)?youtube(-nocookie)?\\.com/(watch\\?(.*&)?v=[\\w-]+.*|(embed|v|shorts)/[\\w-]+.*)"),
            Pattern.compile("youtu\\.be/[\\w-]+.*"),
            Pattern.compile("(www\\.)?vimeo\\.com/\\d+.*"),
            Pattern.compile("player\\.vimeo\\.com/video/\\d+.*"),
            Pattern.compile("[a-z0-9-]+\\.b-cdn\\.net/.+\\.(m3u8|mp4|webm)(\\?.*)?"),
            Pattern.compile("([a-z0-9-]+\\.)?wistia\\.(com|net)/(medias|embed/iframe)/\\w+.*"),
            Pattern.compile("(www\\.|m\\.)?twitch\\.tv/(videos/\\d+|\\w+(/clip/[\\w-]+)?)([/?].*)?"),
            Pattern.compile("clips\\.twitch\\.tv/[\\w-]+.*"),
            Pattern.compile("player\\.twitch\\.tv/\\?.+"));

    private VideoUrls() {}

    static boolean recognised(String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || uri.getUserInfo() != null)
            return false;
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String address = uri.getHost().toLowerCase(Locale.ROOT) + uri.getRawPath() + query;
        return RECOGNISED.stream().anyMatch(form -> form.matcher(address).matches());
    }
}
