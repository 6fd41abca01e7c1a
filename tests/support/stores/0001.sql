BEGIN TRANSACTION;
CREATE TABLE acknowledged (
	org BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	run BIGINT NOT NULL, 
	PRIMARY KEY (org, name)
);
INSERT INTO "acknowledged" VALUES(1,'paper',1);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE grp (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "grp" VALUES(1,1,'sales',0,'{"name":"Sales","member_size":2,"read":true,"seen":2,"nested":0,"had_members":true,"first_read":1780300800000,"emptied":null,"full":2,"former":[]}',1780300800000,1780318800000);
INSERT INTO "grp" VALUES(2,1,'sales',0,'{"name":"Sales","member_size":1,"read":true,"seen":1,"nested":0,"had_members":true,"first_read":1780300800000,"emptied":null,"full":1,"former":[]}',1780318800000,NULL);
CREATE TABLE holder (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "holder" VALUES(1,1,'license-calling id-bob',0,'{"id":"id-bob","email":"bob@acme.example","name":"Bob","internal":true}',1780300800000,NULL);
CREATE TABLE in_force (
	org BIGINT NOT NULL, 
	template TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	PRIMARY KEY (org, template)
);
INSERT INTO "in_force" VALUES(1,'sales',1780306200000);
CREATE TABLE journal (
	run BIGINT NOT NULL, 
	seq BIGINT NOT NULL, 
	org BIGINT NOT NULL, 
	person_id TEXT NOT NULL, 
	state TEXT NOT NULL, 
	intent TEXT NOT NULL, 
	outcome TEXT, 
	intended BIGINT NOT NULL, 
	settled BIGINT, 
	irreversible BIGINT NOT NULL, 
	PRIMARY KEY (run, seq)
);
INSERT INTO "journal" VALUES(1,1,1,'id-cem','settled','{"personId":"id-cem","email":"cem@acme.example","displayName":"Cem","expects":{"licenses":[],"attendeeSites":[]},"licenses":[{"operation":"add","licenseId":"license-meetings","license":"license-meetings","subscription":"Sub-1","site":null,"cause":"config","irreversible":false,"because":[{"rule":"grant","template":"sales","source":"templates.yaml:1"}],"calling":null}],"attendeeSites":[]}','{"personId":"id-cem","email":"cem@acme.example","operations":[{"operation":{"operation":"add","licenseId":"license-meetings","license":"license-meetings","subscription":"Sub-1","site":null,"cause":"config","irreversible":false,"because":[{"rule":"grant","template":"sales","source":"templates.yaml:1"}],"calling":null},"outcome":"done","detail":""}],"status":200,"trackingId":null}',1780304400000,1780304760000,0);
INSERT INTO "journal" VALUES(1,2,1,'id-bob','settled','{"personId":"id-bob","email":"bob@acme.example","displayName":"Bob","expects":{"licenses":[],"attendeeSites":[]},"licenses":[{"operation":"remove","licenseId":"license-calling","license":"license-calling","subscription":"Sub-1","site":null,"cause":"config","irreversible":true,"because":[],"calling":null}],"attendeeSites":[]}','{"personId":"id-bob","email":"bob@acme.example","operations":[{"operation":{"operation":"remove","licenseId":"license-calling","license":"license-calling","subscription":"Sub-1","site":null,"cause":"config","irreversible":true,"because":[],"calling":null},"outcome":"done","detail":""}],"status":200,"trackingId":null}',1780305120000,1780305480000,1);
INSERT INTO "journal" VALUES(2,1,1,'id-ann','intent','{"personId":"id-ann","email":"ann@acme.example","displayName":"Ann","expects":{"licenses":[],"attendeeSites":[]},"licenses":[{"operation":"add","licenseId":"license-meetings","license":"license-meetings","subscription":"Sub-1","site":null,"cause":"config","irreversible":false,"because":[{"rule":"grant","template":"sales","source":"templates.yaml:1"}],"calling":null}],"attendeeSites":[]}',NULL,1780322400000,NULL,0);
INSERT INTO "journal" VALUES(2,2,1,'id-dan','intent','{"personId":"id-dan","email":"dan@acme.example","displayName":"Dan","expects":{"licenses":[],"attendeeSites":[]},"licenses":[{"operation":"add","licenseId":"license-meetings","license":"license-meetings","subscription":"Sub-1","site":null,"cause":"config","irreversible":false,"because":[{"rule":"grant","template":"sales","source":"templates.yaml:1"}],"calling":null}],"attendeeSites":[]}',NULL,1780322760000,NULL,0);
INSERT INTO "journal" VALUES(3,1,1,'id-dan','intent','{"personId":"id-dan","email":"dan@acme.example","displayName":"Dan","expects":{"licenses":[],"attendeeSites":[]},"licenses":[{"operation":"add","licenseId":"license-meetings","license":"license-meetings","subscription":"Sub-1","site":null,"cause":"config","irreversible":false,"because":[{"rule":"grant","template":"sales","source":"templates.yaml:1"}],"calling":null}],"attendeeSites":[]}',NULL,1780326000000,NULL,0);
CREATE TABLE lease (
	org_id TEXT NOT NULL, 
	holder TEXT, 
	fence BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	expires BIGINT NOT NULL, 
	PRIMARY KEY (org_id)
);
INSERT INTO "lease" VALUES('org-1','host-b 4',2,1780322400000,1780326600000);
CREATE TABLE location (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "location" VALUES(1,1,'hq',0,'{"id":"hq","name":"Headquarters","calling":true}',1780300800000,NULL);
CREATE TABLE member_set (
	id INTEGER NOT NULL, 
	packed TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "member_set" VALUES(155131358296498646,'[["license-messaging",["template:everyone"]]]');
INSERT INTO "member_set" VALUES(681034476996554402,'["acme.webex.com"]');
INSERT INTO "member_set" VALUES(958508578297271918,'["license-meetings","license-messaging"]');
INSERT INTO "member_set" VALUES(2121952169321306874,'["license-meetings"]');
INSERT INTO "member_set" VALUES(2469406878891630602,'["license-calling"]');
INSERT INTO "member_set" VALUES(4972839169540019197,'["sales"]');
INSERT INTO "member_set" VALUES(6298366229464350072,'[["license-meetings",["template:sales"]]]');
INSERT INTO "member_set" VALUES(8109018976830774160,'["license-messaging"]');
INSERT INTO "member_set" VALUES(8180073448483349959,'[]');
CREATE TABLE number (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "number" VALUES(1,1,'+14085550100',0,'{"number":"+14085550100","location_id":"hq","location_name":"Headquarters","state":"ACTIVE","extension":"100","owner_type":"PEOPLE","owner_id":"id-bob","mobile":false,"toll_free":false,"service":false,"reserved":false}',1780300800000,NULL);
CREATE TABLE org (
	id INTEGER NOT NULL, 
	org_id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	moment BIGINT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (org_id)
);
INSERT INTO "org" VALUES(1,'org-1','Acme',1780318800000);
CREATE TABLE person (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	person_id TEXT NOT NULL, 
	email TEXT NOT NULL, 
	canonical TEXT NOT NULL, 
	other_emails TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created BIGINT, 
	phone TEXT, 
	extension TEXT, 
	location_id TEXT, 
	provision_source TEXT, 
	situation BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	first_sync BIGINT NOT NULL, 
	first_situation BIGINT NOT NULL, 
	fingerprint BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "person" VALUES(3,1,'id-cem','cem@acme.example','cem@acme.example','','Cem',NULL,NULL,NULL,NULL,NULL,3715508904336660732,1780304760000,1,8210026332808941226,2753291600726630778);
INSERT INTO "person" VALUES(4,1,'id-dan','dan@acme.example','dan@acme.example','','Dan',NULL,NULL,NULL,NULL,NULL,6713471074813796055,1780306200000,1,7011193958506156250,6935161068070794666);
INSERT INTO "person" VALUES(5,1,'id-ann','ann.new@acme.example','ann.new@acme.example','','Ann',1776700800000,NULL,NULL,NULL,NULL,176196912637792704,1780318800000,1,8317339740534313841,7401761745377721702);
INSERT INTO "person" VALUES(6,1,'id-bob','bob@acme.example','bob@acme.example','','Bob',NULL,NULL,NULL,NULL,NULL,3857906994738884643,1780318800000,1,4073156351335105090,7433365083748450385);
CREATE TABLE person_past (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	person_id TEXT NOT NULL, 
	email TEXT NOT NULL, 
	canonical TEXT NOT NULL, 
	other_emails TEXT NOT NULL, 
	name TEXT NOT NULL, 
	created BIGINT, 
	phone TEXT, 
	extension TEXT, 
	location_id TEXT, 
	provision_source TEXT, 
	situation BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	first_sync BIGINT NOT NULL, 
	first_situation BIGINT NOT NULL, 
	fingerprint BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "person_past" VALUES(1,1,'id-cem','cem@acme.example','cem@acme.example','','Cem',NULL,NULL,NULL,NULL,NULL,8210026332808941226,1780300800000,1,8210026332808941226,1369642512687282031,1780304760000);
INSERT INTO "person_past" VALUES(2,1,'id-bob','bob@acme.example','bob@acme.example','','Bob',NULL,NULL,'100','hq',NULL,4073156351335105090,1780300800000,1,4073156351335105090,5247106859415451109,1780305480000);
INSERT INTO "person_past" VALUES(3,1,'id-dan','dan@acme.example','dan@acme.example','','Dan',NULL,NULL,NULL,NULL,NULL,7011193958506156250,1780300800000,1,7011193958506156250,6935161068070794666,1780306200000);
INSERT INTO "person_past" VALUES(4,1,'id-ann','ann@acme.example','ann@acme.example','ann.old@acme.example','Ann',1776700800000,'+1 408 555 0100',NULL,NULL,NULL,8317339740534313841,1780300800000,1,8317339740534313841,1419667380763982199,1780318800000);
INSERT INTO "person_past" VALUES(5,1,'id-bob','bob@acme.example','bob@acme.example','','Bob',NULL,NULL,'100','hq',NULL,3026807226702943617,1780305480000,1,4073156351335105090,493092028995095752,1780318800000);
CREATE TABLE pool_reading (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	"key" TEXT NOT NULL, 
	position BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "pool_reading" VALUES(1,1,'license-calling',1,'{"id":"license-calling","name":"Webex Calling - Professional","total":5,"consumed":1,"consumed_by_users":null,"consumed_by_workspaces":null,"subscription":"Sub-1","site":null,"site_type":null}',1780300800000,NULL);
INSERT INTO "pool_reading" VALUES(2,1,'license-meetings',0,'{"id":"license-meetings","name":"Webex Meetings Suite","total":10,"consumed":3,"consumed_by_users":null,"consumed_by_workspaces":null,"subscription":"Sub-1","site":"acme.webex.com","site_type":null}',1780300800000,NULL);
INSERT INTO "pool_reading" VALUES(3,1,'license-messaging',2,'{"id":"license-messaging","name":"Basic Messaging","total":100,"consumed":4,"consumed_by_users":null,"consumed_by_workspaces":null,"subscription":null,"site":null,"site_type":null}',1780300800000,NULL);
CREATE TABLE registry (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	run BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	moment BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "registry" VALUES(1,1,1,1780306200000,1780306200000,'{"assignment":"organization","templates":[],"applied_at":"2026-06-01T09:30:00Z","desired_digest":"sha256:1","people":4,"released":[],"exceptions":[],"declared":[],"preserving":[]}');
CREATE TABLE run (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	plan_digest TEXT NOT NULL, 
	"plan" TEXT NOT NULL, 
	commit_id TEXT, 
	fence BIGINT, 
	state TEXT NOT NULL, 
	started BIGINT NOT NULL, 
	finished BIGINT, 
	PRIMARY KEY (id)
);
INSERT INTO "run" VALUES(1,1,'sha256:0','c$|GwK~BRk5d4eJEpjVSq1+-qfDqyU;;@akiB)?Y*-lG|`geAnv=k0VmOL{%p0zg_)h<L2`4wZbfmEedcUmpf-jZSR<basv5S*$;Mc|RuBX03?>1>0PFme5GJ+0Mwp+and>=)#sjmk<Ci^~;z=Zw1HjlE4o$Y|=!+FGwSOU-Nbq8}=)dA;!oV_Qs8PaUl9H<jGaV6qX7r2j2TlO}j?S);)@ZsP0##hM8E)P-WcKz<$Uk^Z|tkD+%Qpe1R3w2(H2p%=(4(%?PBlXSVUgE3a7F!>|;Z~!+E$Qj8X*1s$l_4(FnW5hDz?Ht>oGX)%h&r)0PKurhK;#Bd0a_3HuA^nV@=g-KA?;kv%Vx7qpC+M0dWXJyiliAb`5KY17Z-)4@@&','c0ffee',1,'completed',1780304400000,1780306200000);
INSERT INTO "run" VALUES(2,1,'sha256:0','c$|GwK~BRk5d4eJEpjVSq1+-qfDqyU;;@akiB)?Y*-lG|`geAnv=k0VmOL{%p0zg_)h<L2`4wZbfmEedcUmpf-jZSR<basv5S*$;Mc|RuBX03?>1>0PFme5GJ+0Mwp+and>=)#sjmk<Ci^~;z=Zw1HjlE4o$Y|=!+FGwSOU-Nbq8}=)dA;!oV_Qs8PaUl9H<jGaV6qX7r2j2TlO}j?S);)@ZsP0##hM8E)P-WcKz<$Uk^Z|tkD+%Qpe1R3w2(H2p%=(4(%?PBlXSVUgE3a7F!>|;Z~!+E$Qj8X*1s$l_4(FnW5hDz?Ht>oGX)%h&r)0PKurhK;#Bd0a_3HuA^nV@=g-KA?;kv%Vx7qpC+M0dWXJyiliAb`5KY17Z-)4@@&',NULL,2,'running',1780322400000,NULL);
INSERT INTO "run" VALUES(3,1,'sha256:0','c$|GwK~BRk5d4eJEpjVSq1+-qfDqyU;;@akiB)?Y*-lG|`geAnv=k0VmOL{%p0zg_)h<L2`4wZbfmEedcUmpf-jZSR<basv5S*$;Mc|RuBX03?>1>0PFme5GJ+0Mwp+and>=)#sjmk<Ci^~;z=Zw1HjlE4o$Y|=!+FGwSOU-Nbq8}=)dA;!oV_Qs8PaUl9H<jGaV6qX7r2j2TlO}j?S);)@ZsP0##hM8E)P-WcKz<$Uk^Z|tkD+%Qpe1R3w2(H2p%=(4(%?PBlXSVUgE3a7F!>|;Z~!+E$Qj8X*1s$l_4(FnW5hDz?Ht>oGX)%h&r)0PKurhK;#Bd0a_3HuA^nV@=g-KA?;kv%Vx7qpC+M0dWXJyiliAb`5KY17Z-)4@@&',NULL,2,'running',1780326000000,NULL);
CREATE TABLE sent (
	org BIGINT NOT NULL, 
	person_id TEXT NOT NULL, 
	holding TEXT NOT NULL, 
	operation TEXT NOT NULL, 
	times BIGINT NOT NULL, 
	"before" BIGINT, 
	last BIGINT NOT NULL, 
	PRIMARY KEY (org, person_id, holding)
);
INSERT INTO "sent" VALUES(1,'id-cem','license-meetings','add',1,NULL,1780304760000);
INSERT INTO "sent" VALUES(1,'id-bob','license-calling','remove',1,NULL,1780305480000);
CREATE TABLE situation (
	id INTEGER NOT NULL, 
	groups BIGINT NOT NULL, 
	holdings BIGINT NOT NULL, 
	origins BIGINT NOT NULL, 
	attendees BIGINT NOT NULL, 
	siteadmin BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	unreadable BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "situation" VALUES(176196912637792704,4972839169540019197,8109018976830774160,8180073448483349959,8180073448483349959,8180073448483349959,'active',0);
INSERT INTO "situation" VALUES(3026807226702943617,4972839169540019197,8180073448483349959,8180073448483349959,8180073448483349959,8180073448483349959,'active',0);
INSERT INTO "situation" VALUES(3715508904336660732,8180073448483349959,2121952169321306874,6298366229464350072,8180073448483349959,8180073448483349959,'pending',0);
INSERT INTO "situation" VALUES(3857906994738884643,8180073448483349959,8180073448483349959,8180073448483349959,8180073448483349959,8180073448483349959,'active',0);
INSERT INTO "situation" VALUES(4073156351335105090,4972839169540019197,2469406878891630602,8180073448483349959,8180073448483349959,8180073448483349959,'active',0);
INSERT INTO "situation" VALUES(6713471074813796055,8180073448483349959,8109018976830774160,155131358296498646,8180073448483349959,8180073448483349959,'active',0);
INSERT INTO "situation" VALUES(7011193958506156250,8180073448483349959,8109018976830774160,8180073448483349959,8180073448483349959,8180073448483349959,'active',0);
INSERT INTO "situation" VALUES(8210026332808941226,8180073448483349959,8180073448483349959,8180073448483349959,8180073448483349959,8180073448483349959,'pending',0);
INSERT INTO "situation" VALUES(8317339740534313841,4972839169540019197,958508578297271918,8180073448483349959,681034476996554402,681034476996554402,'active',0);
CREATE TABLE sync (
	id INTEGER NOT NULL, 
	org BIGINT NOT NULL, 
	taken_at BIGINT NOT NULL, 
	moment BIGINT NOT NULL, 
	scope TEXT NOT NULL, 
	people BIGINT NOT NULL, 
	licenses BIGINT NOT NULL, 
	groups BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "sync" VALUES(1,1,1780300800000,1780300800000,'{"groups":["sales"],"directory":false,"calling":true,"holders":["license-calling"]}',4,3,1);
INSERT INTO "sync" VALUES(2,1,1780318800000,1780318800000,'{"groups":["sales"],"directory":false,"calling":true,"holders":["license-calling"]}',4,3,1);
CREATE TABLE waiting (
	org BIGINT NOT NULL, 
	person_id TEXT NOT NULL, 
	product TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	PRIMARY KEY (org, person_id, product)
);
INSERT INTO "waiting" VALUES(1,'id-cem','Webex Calling - Professional',1780306200000);
CREATE UNIQUE INDEX grp_present ON grp (org, "key") WHERE until IS NULL;
CREATE UNIQUE INDEX holder_present ON holder (org, "key") WHERE until IS NULL;
CREATE UNIQUE INDEX location_present ON location (org, "key") WHERE until IS NULL;
CREATE UNIQUE INDEX number_present ON number (org, "key") WHERE until IS NULL;
CREATE UNIQUE INDEX pool_reading_present ON pool_reading (org, "key") WHERE until IS NULL;
CREATE UNIQUE INDEX person_identity ON person (org, person_id);
CREATE INDEX person_other ON person (org, other_emails) WHERE other_emails != '';
CREATE INDEX person_situation ON person (org, situation);
CREATE INDEX person_past_identity ON person_past (org, person_id, until);
CREATE INDEX sync_org ON sync (org, id);
CREATE UNIQUE INDEX journal_open ON journal (run, person_id) WHERE state = 'intent';
CREATE INDEX journal_intended ON journal (org, intended);
CREATE INDEX journal_person ON journal (org, person_id);
CREATE INDEX journal_lost ON journal (org) WHERE irreversible > 0;
CREATE INDEX registry_org ON registry (org, id);
CREATE INDEX run_org ON run (org, id);
CREATE INDEX sent_again ON sent (org) WHERE times > 1;
COMMIT;
