//! A network between siemparse and PostgreSQL that cuts, swallows and delays.
//!
//! ```text
//!  siemparse ─ TCP ─► proxy ─ socket ─► server
//! ```
//!
//! A cut is made where it hurts: when the word COMMIT comes by, before it is handed on, or after
//! the server has answered it and before anybody hears the answer.
//!
//! What it does *not* know: the protocol, but for that word.

use super::random::Random;
use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// The word that ends a transaction, as it is sent.
const COMMIT: &[u8] = b"COMMIT\0";

/// What the network does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// It works.
    Fair,
    /// One commit in so many is cut off, before or after.
    Cutting(usize),
    /// Nothing comes through, and nobody is told.
    Silent,
    /// Everything takes up to so many milliseconds.
    Slow(usize),
}

/// The network.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    weather: Mutex<Weather>,
    random: Mutex<Random>,
    cuts: AtomicUsize,
    socket: PathBuf,
}

impl Proxy {
    /// Begins to hand on connections to a server's socket.
    ///
    /// # Panics
    /// There is no free port.
    #[must_use]
    pub fn new(socket: PathBuf, seed: u64) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            weather: Mutex::new(Weather::Fair),
            random: Mutex::new(Random::new(seed ^ 2)),
            cuts: AtomicUsize::new(0),
            socket,
        });
        let of_all = Arc::clone(&shared);
        spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&of_all);
                spawn(move || shared.connect(&client));
            }
        });
        Proxy { port, shared }
    }

    /// The URL of a database behind it; connecting may take a second, a commit six.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://siem@127.0.0.1:{}/siem?connect_timeout=1", self.port)
    }

    /// Changes the weather.
    pub fn set(&self, weather: Weather) {
        *self.shared.weather.lock().expect("no thread panics with it") = weather;
    }

    /// How many commits were cut.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::Relaxed)
    }
}

impl Shared {
    fn weather(&self) -> Weather {
        *self.weather.lock().expect("no thread panics with it")
    }

    fn connect(self: &Arc<Shared>, client: &TcpStream) {
        let Ok(server) = UnixStream::connect(&self.socket) else { return };
        let _ = client.set_nodelay(true);
        let is_cut = Arc::new(AtomicBool::new(false));
        let (Ok(mut from_client), Ok(mut to_client)) = (client.try_clone(), client.try_clone())
        else {
            return;
        };
        let (Ok(mut from_server), Ok(mut to_server)) = (server.try_clone(), server.try_clone())
        else {
            return;
        };
        let (shared, cut) = (Arc::clone(self), Arc::clone(&is_cut));
        spawn(move || {
            shared.hand_on(&mut from_server, &mut |bytes| {
                // The answer to a commit that nobody shall hear.
                !cut.load(Ordering::Relaxed) && to_client.write_all(bytes).is_ok()
            });
            let _ = to_client.shutdown(Shutdown::Both);
        });
        self.hand_on(&mut from_client, &mut |bytes| {
            let is_commit = bytes.windows(COMMIT.len()).any(|part| part == COMMIT);
            if is_commit && self.cuts_now() {
                if self.random.lock().expect("no thread panics with it").once_in(2) {
                    return false;
                }
                is_cut.store(true, Ordering::Relaxed);
                let _ = to_server.write_all(bytes);
                // The answer ends the other thread, and with it this connection.
                sleep(Duration::from_millis(300));
                return false;
            }
            to_server.write_all(bytes).is_ok()
        });
        let _ = server.shutdown(Shutdown::Both);
        let _ = client.shutdown(Shutdown::Both);
    }

    fn cuts_now(&self) -> bool {
        let Weather::Cutting(times) = self.weather() else { return false };
        let is_now = self.random.lock().expect("no thread panics with it").once_in(times);
        self.cuts.fetch_add(usize::from(is_now), Ordering::Relaxed);
        is_now
    }

    /// Hands bytes on until one side ends.
    fn hand_on(&self, from: &mut dyn Read, to: &mut dyn FnMut(&[u8]) -> bool) {
        let mut bytes = vec![0; 64 << 10];
        loop {
            let count = match from.read(&mut bytes) {
                Ok(0) | Err(_) => return,
                Ok(count) => count,
            };
            while self.weather() == Weather::Silent {
                sleep(Duration::from_millis(20));
            }
            if let Weather::Slow(most) = self.weather() {
                let pause = self.random.lock().expect("no thread panics with it").pause(1, most);
                sleep(pause);
            }
            if !to(&bytes[..count]) {
                return;
            }
        }
    }
}
