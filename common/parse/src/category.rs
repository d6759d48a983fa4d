//! Categories of web sites: what proxies and filters call them, in one vocabulary.
//!
//! A name is compared without case and without anything but letters, so that `social-networking`,
//! `Social Networking` and `socialnet` meet. One flat list; what is not in it has no category.
//!
//! What it does *not* know: sites.

/// (the vendors' name, the vocabulary's name), sorted.
const NAMES: &[(&str, &str)] = &[
    ("abortion", "Abortion"),
    ("abusedrugs", "ControlledSubstances"),
    ("ads", "WebAds"),
    ("adult", "MatureContent"),
    ("adultandpornography", "Pornography"),
    ("adultcontent", "MatureContent"),
    ("adultmaturecontent", "MatureContent"),
    ("adv", "WebAds"),
    ("advertisements", "WebAds"),
    ("advertising", "WebAds"),
    ("aggressive", "Violence"),
    ("alcohol", "Alcohol"),
    ("alcoholandtobacco", "Alcohol"),
    ("anonvpn", "ProxyAvoidance"),
    ("anonymizers", "ProxyAvoidance"),
    ("arts", "ArtCulture"),
    ("auctions", "Auctions"),
    ("audiovideo", "AudioVideoClips"),
    ("automobile", "Vehicles"),
    ("botnet", "MaliciousOutboundDataBotnets"),
    ("bottraffic", "MaliciousOutboundDataBotnets"),
    ("businessandeconomy", "Economy"),
    ("chat", "OnlineChat"),
    ("commandandcontrol", "MaliciousOutboundDataBotnets"),
    ("computerandinternetinfo", "Technology"),
    ("contentdeliverynetworks", "ContentDeliveryNetworks"),
    ("copyrightinfringement", "CopyrightConcerns"),
    ("costtraps", "PotentiallyUnwantedSoftware"),
    ("cryptocurrency", "Cryptocurrency"),
    ("cryptojacking", "MaliciousSources"),
    ("dating", "PersonalsDating"),
    ("downloads", "SoftwareDownloads"),
    ("drugs", "ControlledSubstances"),
    ("dynamic", "DynamicDNSHost"),
    ("dynamicdns", "DynamicDNSHost"),
    ("education", "Education"),
    ("educationalinstitutions", "Education"),
    ("entertainmentandarts", "Entertainment"),
    ("extremism", "Violence"),
    ("finance", "Finance"),
    ("financialservices", "Finance"),
    ("fortunetelling", "AlternativeSpirituality"),
    ("forum", "Forums"),
    ("forums", "Forums"),
    ("freewareandshareware", "SoftwareDownloads"),
    ("gamble", "Gambling"),
    ("gambling", "Gambling"),
    ("games", "Games"),
    ("government", "Government"),
    ("grayware", "PotentiallyUnwantedSoftware"),
    ("hacking", "Hacking"),
    ("healthandmedicine", "Health"),
    ("hobby", "DailyLiving"),
    ("homeandgarden", "DailyLiving"),
    ("hospitals", "Health"),
    ("hunting", "Weapons"),
    ("imagehosting", "MediaSharing"),
    ("informationsecurity", "InformationSecurity"),
    ("internetcommunicationsandtelephony", "InternetTelephony"),
    ("internetportals", "SearchEngines"),
    ("intimateapparelandswimsuit", "IntimateApparel"),
    ("isp", "WebHosting"),
    ("jobsearch", "JobSearch"),
    ("legal", "Reference"),
    ("library", "Reference"),
    ("mail", "Email"),
    ("malware", "MaliciousSources"),
    ("marijuana", "Marijuana"),
    ("military", "Military"),
    ("mixedadult", "PotentiallyAdult"),
    ("models", "IntimateApparel"),
    ("motorvehicles", "Vehicles"),
    ("movies", "Entertainment"),
    ("music", "RadioAudioStreams"),
    ("newlyregistereddomain", "Suspicious"),
    ("news", "News"),
    ("notresolved", "Placeholders"),
    ("nudity", "Nudity"),
    ("onlinestorageandbackup", "FileStorage"),
    ("parked", "Placeholders"),
    ("peertopeer", "P2P"),
    ("personalsitesandblogs", "PersonalSites"),
    ("philosophyandpoliticaladvocacy", "PoliticalAdvocacy"),
    ("phishing", "Phishing"),
    ("podcasts", "RadioAudioStreams"),
    ("politics", "PoliticalAdvocacy"),
    ("porn", "Pornography"),
    ("pornography", "Pornography"),
    ("proxyavoidanceandanonymizers", "ProxyAvoidance"),
    ("publicite", "WebAds"),
    ("questionable", "QuestionableLegality"),
    ("radiotv", "VideoStreams"),
    ("ransomware", "MaliciousSources"),
    ("realestate", "RealEstate"),
    ("recreation", "DailyLiving"),
    ("recreationandhobbies", "DailyLiving"),
    ("redirector", "ProxyAvoidance"),
    ("referenceandresearch", "Reference"),
    ("religion", "Religion"),
    ("remoteaccess", "RemoteAccess"),
    ("remotecontrol", "RemoteAccess"),
    ("ringtones", "Entertainment"),
    ("science", "Reference"),
    ("searchengines", "SearchEngines"),
    ("sexeducation", "SexEducation"),
    ("sexlingerie", "IntimateApparel"),
    ("shareware", "SoftwareDownloads"),
    ("shopping", "Shopping"),
    ("socialnet", "SocialNetworking"),
    ("socialnetworking", "SocialNetworking"),
    ("society", "DailyLiving"),
    ("spam", "Spam"),
    ("sports", "Sports"),
    ("spyware", "MaliciousSources"),
    ("stockadviceandtools", "Trading"),
    ("streamingmedia", "VideoStreams"),
    ("suspicious", "Suspicious"),
    ("swimsuitsandintimateapparel", "IntimateApparel"),
    ("tobacco", "Tobacco"),
    ("tracker", "WebAds"),
    ("trading", "Trading"),
    ("trainingandtools", "Education"),
    ("translation", "Translation"),
    ("travel", "Travel"),
    ("unknown", "Uncategorized"),
    ("updatesites", "SoftwareDownloads"),
    ("urlshortener", "URLShorteners"),
    ("violence", "Violence"),
    ("virusinfected", "MaliciousSources"),
    ("warez", "CopyrightConcerns"),
    ("weapons", "Weapons"),
    ("webadvertisements", "WebAds"),
    ("webbasedemail", "Email"),
    ("webhosting", "WebHosting"),
    ("webmail", "Email"),
    ("webphone", "InternetTelephony"),
    ("webradio", "RadioAudioStreams"),
    ("webtv", "VideoStreams"),
];

/// Where the names that begin with each letter begin in [`NAMES`], and where the last of them end.
const STARTS: [usize; 27] = {
    let mut starts = [0; 27];
    let (mut letter, mut nth) = (0, 0);
    while letter < 27 {
        while nth < NAMES.len() && (NAMES[nth].0.as_bytes()[0] - b'a') as usize <= letter {
            nth += 1;
        }
        letter += 1;
        if letter < 27 {
            starts[letter] = nth;
        }
    }
    starts
};

/// The category that a vendor's name means.
pub(crate) fn of(name: &str) -> Option<&'static str> {
    let mut letters = [0; 48];
    let mut count = 0;
    for letter in name.bytes().filter(u8::is_ascii_alphabetic) {
        *letters.get_mut(count)? = letter.to_ascii_lowercase();
        count += 1;
    }
    let first = usize::from(letters[0].checked_sub(b'a')?);
    let names = &NAMES[STARTS[first]..STARTS[first + 1]];
    let at = names.binary_search_by(|(known, _)| known.as_bytes().cmp(&letters[..count])).ok()?;
    Some(names[at].1)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, of};

    #[test]
    fn names_of_vendors_meet() {
        assert_eq!(of("social-networking"), Some("SocialNetworking"));
        assert_eq!(of("Social Networking"), of("socialnet"));
        assert_eq!(of("porn"), Some("Pornography"));
        assert_eq!(of("something"), None);
        assert_eq!(of(""), None);
        assert!(NAMES.iter().all(|(name, category)| of(name) == Some(*category)));
        assert!(NAMES.is_sorted_by(|one, next| one.0 < next.0));
    }
}
