//! Putting the parts together: store, exchange, doors, windows, workers, delivery.

pub(crate) mod mailing;
mod notices;
mod observe;
mod operations;
mod programming;
mod steering;
mod sweeping;
mod telling;
mod testing;
mod watching;

use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{self, Next};
use brevdue_exchange::clock::MovableClock;
use brevdue_exchange::ids::Ids as _;
use brevdue_exchange::local::Local;
use brevdue_exchange::local::live::Live;
use brevdue_exchange::{Clock as _, Exchange, StorageError, Store};
use brevdue_programme::objects::Environment;
use brevdue_server::delivery::{Client, ClientSettings, DeliveryLimits, Endpoints, HttpSmsGateway};
use brevdue_server::facade::amqp::{AmqpDoor, AmqpLimits};
use brevdue_server::facade::print::FileDrop;
use brevdue_server::facade::{self, Tokens};
use brevdue_server::listen::{ListenError, ListenLimits, Listener, Security};
use brevdue_server::malware::Clamd;
use brevdue_server::rest::{ClientSettings as SignInClient, RestSettings, SignIn};
use brevdue_server::sftp::{SftpDoor, SftpSettings};
use brevdue_server::tls::{TlsSettings, server_config};
use brevdue_server::{Delivery, Gate, Metrics, Nudge, rest, workers};
use brevdue_store::Replaceable;
use brevdue_web::WebConfig;
use brevdue_wire::country::Country;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::operations::Desk;
use self::watching::{Looking, Watch};
use crate::config::Config;
use crate::country::certificates::{Authority, Certified, Subject};
use crate::country::ssh::{SshKeys, SshKeysError};
use crate::country::{
    Addresses, Definition, first_letters, first_programmes, letter_to_try, published, settle,
};
use crate::folder::{Folder, write_each_start, write_private};
use crate::machine::{MachineClock, MachineIds};
use crate::opening;
use crate::report::Problem;
use crate::running::Running;
pub(crate) use steering::kept_clock;
use steering::{Published, Steer};
use telling::Telling;

/// File name, without ending, of the certificate that pushes are made with.
const EXCHANGE: &str = "exchange";

/// Seconds that the malware scanner may be silent over one file; well within a lease.
const SCANNER_PATIENCE_SECONDS: u64 = 30;

/// A server whose doors are open.
pub(crate) struct Serving {
    /// Who is where, with real ports and tokens.
    pub(crate) country: Arc<Country>,
    /// A fresh letter to try: its UUID, and the `Authorization` of the system to send it as.
    pub(crate) letter: Option<(uuid::Uuid, String)>,
    /// How many first letters were sent.
    pub(crate) first_letters: usize,
    /// There are programmes to look at.
    pub(crate) programmes: bool,
    folder: Folder,
    store: Arc<Replaceable>,
    live: Arc<Live>,
    stop: CancellationToken,
    tasks: TaskTracker,
    workers: workers::Workers,
}

impl Serving {
    /// Opens everything. When this returns, the doors answer.
    pub(crate) async fn open(config: &Config) -> Result<Self, Problem> {
        let definition = Arc::new(Definition::load(config.country.definition.as_deref())?);
        steering::mend(&config.data).map_err(|error| unwritten(&config.data, &error))?;
        let folder = Folder::make(&config.data).map_err(|error| {
            Problem::command("data::folder", "the data folder cannot be made")
                .at(config.data.display().to_string())
                .because(&error)
                .help("name another with --data, or make it yours")
        })?;
        // The store's lock is what keeps two servers out of one folder, so it comes first.
        let live = Arc::<Live>::default();
        let embedded =
            Arc::new(Replaceable::new(Arc::new(opening::open(&folder)?), Arc::clone(&live)));
        let store: Arc<dyn Store> = Arc::clone(&embedded) as _;
        let programme_file = opening::open_programmes(&folder)?;
        let programmes = opening::programmes_of(&programme_file);
        let clock =
            Arc::new(MovableClock::new(Arc::new(MachineClock), steering::kept_clock(&folder)));
        let nudge = Nudge::new();
        let steer = Arc::new(Steer {
            nudge: nudge.clone(),
            doors: Gate::default(),
            store: Arc::clone(&embedded),
            clock: Arc::clone(&clock),
            live: Arc::clone(&live),
            folder: folder.clone(),
            definition: Arc::clone(&definition),
            choice: config.country.clone(),
            programme_file,
            programmes: programmes.clone(),
            exchange: OnceLock::new(),
            published: OnceLock::new(),
            look: OnceLock::new(),
        });
        let local = Local::new(Arc::clone(&clock), Arc::clone(&live), Arc::clone(&steer) as _);
        let exchange = Exchange::new(
            Arc::clone(&store),
            Arc::clone(&clock) as _,
            Arc::new(MachineIds),
            config.policy.clone(),
        )
        .in_local_mode(Arc::new(local));
        let exchange = match config.malware_scanner {
            Some(address) => {
                exchange.with_scanner(Arc::new(Clamd::new(address, SCANNER_PATIENCE_SECONDS)))
            }
            None => exchange,
        };
        let _ = steer.exchange.set(exchange.clone());
        let keys = SshKeys::at(folder.ssh());
        let papers = Papers::make(&folder, &definition, config, &keys, &exchange).await?;
        let tokens = Arc::new(Tokens::new(&kept_key(&folder, "tokens.key")?));
        let doors = Doors::bind(config, &papers, &keys, &tokens, &exchange, &steer.doors).await?;

        let country = published(
            &*store,
            &definition,
            &folder.certificates(),
            &keys,
            &folder.print(),
            doors.addresses(),
        )
        .await
        .map_err(|error| {
            Problem::ours("store::read", "the store cannot be read").because(&error)
        })?;
        let country = Arc::new(country);
        let published = Arc::new(Published::new(Arc::clone(&country), doors.addresses()));
        let _ = steer.published.set(Arc::clone(&published));
        let letter = fresh_letter(&folder, &definition, &country)?;
        tell(&folder, &country, &doors)?;

        let first_letters = if config.country.first_letters && is_new(&*store).await? {
            first_letters(&exchange, &definition).await.map_err(|error| {
                Problem::ours("country::letters", "the first letters could not be sent")
                    .because(&error)
            })?
        } else {
            0
        };

        let first_programmes = if config.country.first_letters {
            let begun =
                first_programmes(&programmes, &definition.authorities(), exchange.now()).await;
            begun.map_err(|error| {
                Problem::ours("country::programmes", "the first programmes could not be begun")
                    .because(&error)
            })?
        } else {
            0
        };
        if first_programmes > 0 {
            tracing::info!(count = first_programmes, "began the programmes of the country");
        }

        exchange.take_up_faults().await.map_err(|error| {
            Problem::ours("store::read", "the store cannot be read").because(&error)
        })?;
        match exchange.begin_keeping_house().await {
            Ok(()) => {}
            // On a full disk what is there is served all the same; the next start plans it.
            Err(StorageError::Unavailable(why)) => {
                tracing::error!(why, "the store cannot be written: letters are refused");
            }
            Err(error) => {
                return Err(
                    Problem::ours("store::write", "the store cannot be written").because(&error)
                );
            }
        }
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        let workers =
            workers::start(&exchange, threads(config), &nudge, &stop).map_err(|error| {
                Problem::ours("server::threads", "the machine gives no threads").because(&error)
            })?;
        let client = papers.client()?;
        let metrics = Metrics::new();
        let counting = metrics.clone();
        embedded.watch_commits(move |took| counting.committed(took));
        let delivery = Delivery::new(exchange.clone(), client.clone(), DeliveryLimits::default())
            .with_metrics(metrics.clone());
        let delivery = match &config.sms_gateway {
            Some(endpoint) => {
                delivery.with_sms_gateway(Arc::new(HttpSmsGateway::new(client, endpoint.clone())))
            }
            None => delivery,
        };
        let carrier = mailing::carrier(config)?;
        let mail_is_carried = carrier.is_some();
        let delivery = match carrier {
            Some(mail) => delivery.with_mail_carrier(mail),
            None => delivery,
        };
        tasks.spawn(delivery.run(nudge, stop.clone()));
        let observer = observe::Observer {
            store: Arc::clone(&store),
            programmes: programmes.clone(),
            observations: Arc::new(steer.programme_file.clone()),
            environment: Environment::Prod,
            host: country
                .https
                .as_ref()
                .or(country.http.as_ref())
                .map_or_else(String::new, |base| host_of(base)),
            clock: Arc::clone(&clock) as _,
            retention: config.observations,
        };
        tasks.spawn(observer.run(stop.clone()));
        let telling = Telling {
            programmes: programmes.clone(),
            exchange: exchange.clone(),
            carried: mail_is_carried,
            base: country.http.clone(),
        };
        tasks.spawn(programming::run(telling, stop.clone()));
        tasks.spawn(sweeping::run(Arc::clone(&store), config.sweep_hours, stop.clone()));
        let watch = Watch::default();
        let look = Looking {
            watch: watch.clone(),
            exchange: exchange.clone(),
            limits: config.alarms.clone(),
            papers: folder.certificates(),
        };
        let _ = steer.look.set(look.clone());
        tasks.spawn(look.run(stop.clone()));
        tasks.spawn(watch.clone().checks(
            Arc::clone(&embedded),
            metrics.clone(),
            config.verify_hours,
            stop.clone(),
        ));
        let desk = Desk {
            store: Arc::clone(&embedded),
            exchange: exchange.clone(),
            metrics: metrics.clone(),
            watch,
        };

        let settings = RestSettings {
            certificate_pem: Some(papers.exchange.0.clone()),
            metrics: Some(metrics),
            sign_in: Some(Arc::new(sign_in(&folder, &definition)?)),
            programmes: Some(programmes.clone()),
            ..RestSettings::default()
        };
        let rest = rest::routes(exchange.clone(), settings.clone());
        let facade = facade::routes(exchange.clone(), settings, tokens);
        let supplier = Arc::new(FileDrop::new(folder.print()));
        let print =
            facade::print::run(exchange.clone(), supplier, steer.doors.clone(), stop.clone());
        tasks.spawn(print);
        let testing = testing::routes(published, definition, exchange.clone());
        let notices = notices::routes(exchange.clone());
        let operations = operations::routes(desk, operations::key(&folder)?);
        let has_programmes = programmes.ids().await.is_ok_and(|ids| !ids.is_empty());
        let web = brevdue_web::routes(
            exchange,
            programmes,
            WebConfig {
                local_mode: true,
                mail_is_carried,
                session_key: kept_key(&folder, "session.key")?,
                rest_base: country.http.clone(),
            },
        );
        let gate = &steer.doors;
        // Whoever watches the exchange is answered while the country is replaced, too.
        let pages = gated(web.merge(testing).merge(notices), gate).merge(operations);
        doors.serve(&tasks, gated(rest, gate), gated(facade, gate), pages, config, &stop);
        tasks.close();
        Ok(Self {
            store: embedded,
            country,
            letter,
            first_letters,
            programmes: has_programmes,
            folder,
            live,
            stop,
            tasks,
            workers,
        })
    }

    /// Closes the doors, lets open requests end, and stops everything.
    pub(crate) async fn close(self) {
        // Whoever watches holds a connection open.
        self.live.close();
        self.stop.cancel();
        self.tasks.wait().await;
        let workers = self.workers;
        let joined = tokio::task::spawn_blocking(move || workers.join());
        if joined.await.is_err() {
            tracing::error!("the workers could not be waited for");
        }
        // Nobody else has it in hand now, and who lets go of it last moves its log into the database.
        let store = self.store.take();
        if tokio::task::spawn_blocking(move || drop(store)).await.is_err() {
            tracing::error!("the store could not be closed; nothing acknowledged is lost");
        }
        if let Err(error) = Running::remove(&self.folder) {
            tracing::warn!(%error, "running.json could not be removed");
        }
    }
}

/// The host of an address, without its port.
fn host_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let end = rest.find(['/', ':']).unwrap_or(rest.len());
    rest[..end].to_owned()
}

/// Paths that replace the country, and so cannot be inside while it is replaced.
const ALONE: [&str; 3] = ["/testing/reset", "/testing/snapshots", "/live/country"];

/// Requests go through the gate, so that the country can be replaced between them.
fn gated(router: Router, gate: &Gate) -> Router {
    let gate = gate.clone();
    router.layer(middleware::from_fn(move |request: Request, next: Next| {
        let gate = gate.clone();
        async move {
            let path = request.uri().path();
            let replaces = ALONE.iter().any(|one| path.contains(one));
            let _stay = if replaces { None } else { Some(gate.enter().await) };
            next.run(request).await
        }
    }))
}

/// Certificates and keys, read.
struct Papers {
    authority: String,
    server: (String, String),
    exchange: (String, String),
}

impl Papers {
    /// Makes what is missing, renews what ends soon, and settles the country with it.
    async fn make(
        folder: &Folder,
        definition: &Definition,
        config: &Config,
        keys: &SshKeys,
        exchange: &Exchange,
    ) -> Result<Self, Problem> {
        let now = MachineClock.now();
        let failed = |error: &(dyn std::error::Error + 'static)| {
            Problem::ours("country::settle", "the invented country could not be settled")
                .because(error)
                .help("`brevdue doctor` looks into the data folder")
        };
        let authority = Authority::open(&folder.certificates(), now, &MachineIds)
            .map_err(|error| failed(&error))?;
        let ids = &MachineIds;
        settle(exchange, definition, &config.country, &authority, keys, now, ids)
            .await
            .map_err(|error| failed(&error))?;
        let server = authority.server().map_err(|error| failed(&error))?;
        let own = authority.organisation(&own_subject(folder)?).map_err(|error| failed(&error))?;
        Ok(Self {
            authority: text(&authority.own().certificate)?,
            server: both(&server)?,
            exchange: both(&own)?,
        })
    }

    fn client(&self) -> Result<Client, Problem> {
        Client::new(&ClientSettings {
            identity: Some((self.exchange.0.as_bytes(), self.exchange.1.as_bytes())),
            roots: self.authority.as_bytes(),
            endpoints: Endpoints::HttpsAndLocal,
            connect_seconds: 10,
            stall_seconds: 60,
        })
        .map_err(|error| Problem::ours("server::client", "pushes cannot be made").because(&error))
    }

    fn security(&self) -> Result<Security, Problem> {
        server_config(&TlsSettings {
            certificate: self.server.0.as_bytes(),
            key: self.server.1.as_bytes(),
            client_roots: self.authority.as_bytes(),
            revocation_lists: &[],
        })
        .map(Security::Tls)
        .map_err(|error| Problem::ours("server::tls", "HTTPS cannot be set up").because(&error))
    }
}

/// Bound doors.
struct Doors {
    http: Option<Listener>,
    https: Option<Listener>,
    sftp: Option<SftpDoor>,
    amqp: Option<AmqpDoor>,
}

impl Doors {
    async fn bind(
        config: &Config,
        papers: &Papers,
        keys: &SshKeys,
        tokens: &Arc<Tokens>,
        exchange: &Exchange,
        gate: &Gate,
    ) -> Result<Self, Problem> {
        let http = match config.http {
            Some(address) => Some(bind(address, Security::LocalPlain, "http").await?),
            None => None,
        };
        let https = match config.https {
            Some(address) => Some(bind(address, papers.security()?, "https").await?),
            None => None,
        };
        let sftp = match config.sftp {
            Some(address) => {
                Some(bind_sftp(address, config, keys, exchange).await?.behind(gate.clone()))
            }
            None => None,
        };
        let amqp = match config.amqp {
            Some(address) => {
                Some(bind_amqp(address, papers, tokens, exchange).await?.behind(gate.clone()))
            }
            None => None,
        };
        Ok(Self { http, https, sftp, amqp })
    }

    fn addresses(&self) -> Addresses {
        Addresses {
            http: self.http.as_ref().map(Listener::address),
            https: self.https.as_ref().map(Listener::address),
            sftp: self.sftp.as_ref().map(SftpDoor::address),
            amqp: self.amqp.as_ref().map(AmqpDoor::address),
        }
    }

    /// Pages stand on the plain door alone: no browser believes the development authority. The facade
    /// stands on the other alone: it knows callers by their certificates.
    fn serve(
        self,
        tasks: &TaskTracker,
        rest: Router,
        facade: Router,
        pages: Router,
        config: &Config,
        stop: &CancellationToken,
    ) {
        let limits =
            ListenLimits { stop_seconds: config.stop_seconds.into(), ..ListenLimits::default() };
        if let Some(door) = self.http {
            tasks.spawn(door.serve(rest.clone().merge(pages), limits.clone(), stop.clone()));
        }
        if let Some(door) = self.https {
            tasks.spawn(door.serve(rest.merge(facade), limits, stop.clone()));
        }
        if let Some(door) = self.sftp {
            tasks.spawn(door.serve(stop.clone()));
        }
        if let Some(door) = self.amqp {
            tasks.spawn(door.serve(stop.clone()));
        }
    }
}

async fn bind(address: SocketAddr, security: Security, name: &str) -> Result<Listener, Problem> {
    Listener::bind(address, security).await.map_err(|error| {
        let problem = Problem::command("server::bind", error.to_string())
            .help(format!("stop what listens there, or give another with --{name} 127.0.0.1:PORT"));
        match &error {
            ListenError::Bind { source, .. } => problem.because(source),
            _ => problem,
        }
    })
}

async fn bind_sftp(
    address: SocketAddr,
    config: &Config,
    keys: &SshKeys,
    exchange: &Exchange,
) -> Result<SftpDoor, Problem> {
    let unkeyed = |error: &SshKeysError| {
        Problem::ours("server::sftp-key", "SFTP has no host key").because(error)
    };
    let settings = SftpSettings {
        stop_seconds: config.stop_seconds.into(),
        ..SftpSettings::new(keys.host().map_err(|error| unkeyed(&error))?)
    };
    let door = SftpDoor::bind(address, exchange.clone(), settings).await.map_err(|error| {
        Problem::command("server::bind", error.to_string())
            .help("stop what listens there, or give another with --set sftp=127.0.0.1:PORT")
            .because(&error)
    })?;
    keys.tell_hosts(door.address()).map_err(|error| unkeyed(&error))?;
    Ok(door)
}

async fn bind_amqp(
    address: SocketAddr,
    papers: &Papers,
    tokens: &Arc<Tokens>,
    exchange: &Exchange,
) -> Result<AmqpDoor, Problem> {
    let (exchange, tokens) = (exchange.clone(), Arc::clone(tokens));
    let security = papers.security()?;
    let door = AmqpDoor::bind(address, security, exchange, tokens, AmqpLimits::default());
    door.await.map_err(|error| {
        Problem::command("server::bind", error.to_string())
            .help("stop what listens there, or give another with --set amqp=127.0.0.1:PORT")
            .because(&error)
    })
}

/// The exchange's own certificate names an organisation that does not exist either.
fn own_subject(folder: &Folder) -> Result<Subject<'static>, Problem> {
    // Kept in the folder, so that the renewed certificate names the same holder.
    let path = folder.certificates().join("exchange.id");
    let holder = match fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok()) {
        Some(holder) => holder,
        None => {
            let holder = MachineIds.random();
            write_private(&path, holder.to_string().as_bytes())
                .map_err(|error| unwritten(&path, &error))?;
            holder
        }
    };
    Ok(Subject {
        file: EXCHANGE,
        common_name: "Brevdue",
        organisation: "Brevdue",
        cvr: "11223344"
            .parse()
            .map_err(|_| Problem::ours("country::own", "our own CVR number is none"))?,
        holder,
    })
}

/// A key of the data folder, made at the first start.
fn kept_key(folder: &Folder, name: &str) -> Result<[u8; 32], Problem> {
    let path = folder.root().join(name);
    if let Some(key) = fs::read(&path).ok().and_then(|bytes| bytes.try_into().ok()) {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| {
        Problem::ours("server::random", "the machine gives no random bytes").because(&error)
    })?;
    write_private(&path, &key).map_err(|error| unwritten(&path, &error))?;
    Ok(key)
}

/// How people sign in: the clients of the country, the test identity provider, and a key that is made on
/// the first start and kept.
fn sign_in(folder: &Folder, definition: &Definition) -> Result<SignIn, Problem> {
    let path = folder.root().join("sign-in.key");
    let key = match fs::read_to_string(&path) {
        Ok(key) => key,
        Err(_) => {
            let key = rcgen::KeyPair::generate().map_err(|error| {
                Problem::ours("server::key", "a signing key could not be made").because(&error)
            })?;
            let key = key.serialize_pem();
            write_private(&path, key.as_bytes()).map_err(|error| unwritten(&path, &error))?;
            key
        }
    };
    let clients = definition.clients.iter().map(|client| SignInClient {
        id: client.id.clone(),
        secret: client.secret.clone(),
        name: client.name.clone(),
        redirect_uris: client.redirect_uris.clone(),
        logout_uris: client.logout_uris.clone(),
    });
    // The pages of programmes change their codes here, and never show a secret.
    let pages = SignInClient {
        id: brevdue_web::SIGN_IN_CLIENT.to_owned(),
        secret: MachineIds.random().to_string(),
        name: "Brevdue".to_owned(),
        redirect_uris: ["127.0.0.1", "localhost", "[::1]"]
            .map(|host| format!("http://{host}{}", brevdue_web::SIGN_IN_RETURN))
            .into(),
        logout_uris: Vec::new(),
    };
    SignIn::with_test_provider(clients.chain([pages]).collect(), &key).map_err(|error| {
        Problem::ours("server::key", "the key for signing in cannot be used")
            .at(path.display().to_string())
            .because(&error)
            .help("remove the file; a new key is made, and people sign in again")
    })
}

/// Writes a letter with a UUID of its own, so that each start has one that was never sent.
fn fresh_letter(
    folder: &Folder,
    definition: &Definition,
    country: &Country,
) -> Result<Option<(uuid::Uuid, String)>, Problem> {
    let uuid = MachineIds.random();
    let made = letter_to_try(definition, uuid, MachineClock.now()).map_err(|error| {
        Problem::ours("country::letter", "the letter to try could not be written").because(&error)
    })?;
    let Some((bytes, system)) = made else { return Ok(None) };
    write_each_start(&folder.letter(), &bytes)
        .map_err(|error| unwritten(&folder.letter(), &error))?;
    let authorization = country
        .organisations
        .iter()
        .flat_map(|organisation| &organisation.systems)
        .find(|one| one.id == system.id)
        .map(|one| one.authorization.clone());
    Ok(authorization.map(|authorization| (uuid, authorization)))
}

/// Writes `country.json` and `running.json`.
fn tell(folder: &Folder, country: &Country, doors: &Doors) -> Result<(), Problem> {
    steering::write_country(folder, country)
        .map_err(|error| unwritten(&folder.country(), &error))?;
    let running = Running {
        pid: std::process::id(),
        http: doors.http.as_ref().map(Listener::address),
        https: doors.https.as_ref().map(Listener::address),
        sftp: doors.sftp.as_ref().map(SftpDoor::address),
        amqp: doors.amqp.as_ref().map(AmqpDoor::address),
        started: MachineClock.now().to_string(),
    };
    running.write(folder).map_err(|error| unwritten(&folder.running(), &error))
}

async fn is_new(store: &dyn Store) -> Result<bool, Problem> {
    store
        .counts()
        .await
        .map(|counts| counts.transmissions == 0)
        .map_err(|error| Problem::ours("store::read", "the store cannot be read").because(&error))
}

fn threads(config: &Config) -> NonZeroUsize {
    NonZeroUsize::new(config.workers).unwrap_or(NonZeroUsize::MIN)
}

fn both(certified: &Certified) -> Result<(String, String), Problem> {
    Ok((text(&certified.certificate)?, text(&certified.key)?))
}

fn text(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| {
        Problem::ours("data::read", "a file of the data folder cannot be read")
            .at(path.display().to_string())
            .because(&error)
    })
}

fn unwritten(path: &Path, error: &std::io::Error) -> Problem {
    Problem::ours("data::write", "a file of the data folder cannot be written")
        .at(path.display().to_string())
        .because(error)
        .help("is the disk full? `brevdue doctor` looks")
}
