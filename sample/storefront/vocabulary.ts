/** The words the catalogue is made of: 10 departments, 40 groups, 150 shelves (200 categories), brands and product words. */

export interface CategorySeed {
  readonly id: number;
  readonly parentId: number | null;
  readonly name: string;
}

const DEPARTMENTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Furniture: {
    Seating: "Armchair,Sofa,Bar Stool,Bench",
    Tables: "Dining Table,Coffee Table,Side Table,Desk",
    Storage: "Bookcase,Sideboard,Wardrobe,Shelf",
    Beds: "Bed Frame,Mattress,Nightstand",
  },
  Kitchen: {
    Cookware: "Frying Pan,Saucepan,Casserole,Wok",
    Appliances: "Kettle,Toaster,Blender,Coffee Maker",
    Tableware: "Dinner Plate,Bowl,Mug,Carafe",
    Utensils: "Chef Knife,Chopping Board,Whisk",
  },
  Lighting: {
    Indoor: "Floor Lamp,Table Lamp,Pendant,Wall Light",
    Outdoor: "Garden Lamp,Lantern,Path Light,Spotlight",
    Bulbs: "LED Bulb,Filament Bulb,Tube,Smart Bulb",
    Decor: "String Lights,Candle Holder,Night Light",
  },
  Textiles: {
    Bedding: "Duvet,Pillow,Sheet Set,Blanket",
    Bath: "Towel,Bath Mat,Bathrobe,Shower Curtain",
    Windows: "Curtain,Roller Blind,Curtain Rail,Net Curtain",
    Floors: "Rug,Runner,Doormat",
  },
  Garden: {
    Plants: "Planter,Seed Kit,Trellis,Watering Can",
    Tools: "Spade,Pruner,Rake,Wheelbarrow",
    Leisure: "Hammock,Parasol,Sun Lounger,Barbecue",
    Care: "Compost Bin,Hose,Sprinkler",
  },
  Electronics: {
    Audio: "Headphones,Speaker,Turntable,Radio",
    Mobile: "Phone Case,Charger,Power Bank,Phone Stand",
    Computing: "Keyboard,Mouse,Monitor,Webcam",
    Home: "Thermostat,Doorbell,Sensor",
  },
  Sports: {
    Fitness: "Dumbbell,Yoga Mat,Resistance Band,Kettlebell",
    Cycling: "Helmet,Bike Light,Saddle Bag,Bike Lock",
    Camping: "Tent,Sleeping Bag,Camp Stove,Headlamp",
    Running: "Water Bottle,Running Belt,Armband",
  },
  Clothing: {
    Tops: "Shirt,Sweater,Hoodie,Polo",
    Outerwear: "Jacket,Raincoat,Parka,Vest",
    Accessories: "Scarf,Belt,Beanie,Gloves",
    Footwear: "Sneaker,Boot,Slipper",
  },
  Toys: {
    Building: "Block Set,Train Set,Marble Run,Puzzle",
    Games: "Board Game,Card Game,Dice Set,Chess Set",
    Outdoor: "Kite,Scooter,Sandpit,Swing",
    Creative: "Paint Set,Clay Kit,Easel",
  },
  Office: {
    Paper: "Notebook,Planner,Sketchbook,Folder",
    Writing: "Fountain Pen,Pencil Set,Marker,Highlighter",
    Furniture: "Office Chair,Filing Cabinet,Monitor Arm,Footrest",
    Supplies: "Stapler,Desk Tray,Pen Holder",
  },
};

export const BRANDS: readonly string[] =
  "Alder,Birchwood,Cobalt,Dahlgren,Eastway,Fjordline,Granby,Hollis,Ivorine,Juniper,Kestrel,Lumen,Marlow,Northgate,Orrin,Pinehurst,Quillon,Ravel,Solvei,Tamarind,Umber,Verdane,Westcott,Yarrow,Zephyr,Ashdown,Bramble,Calder,Dovetail,Elmfield".split(
    ",",
  );

export const ADJECTIVES: readonly string[] =
  "Compact,Classic,Modern,Rustic,Slim,Foldable,Handmade,Portable,Vintage,Minimal,Sturdy,Lightweight,Premium,Essential,Everyday,Studio,Heritage,Urban,Coastal,Alpine,Nordic,Quiet,Bright,Soft,Bold,Round,Square,Tall,Wide,Natural,Polished,Matte,Woven,Painted,Folding,Stackable,Weatherproof,Insulated,Adjustable,Padded,Reversible,Brushed,Curved,Ribbed,Quilted,Modular,Simple,Elegant".split(
    ",",
  );

export const MATERIALS: readonly string[] =
  "Oak,Steel,Linen,Cotton,Walnut,Bamboo,Glass,Wool,Ceramic,Leather,Copper,Brass,Marble,Cork,Felt,Recycled,Ash,Beech,Birch,Cherry,Maple,Teak,Pine,Rattan,Wicker,Jute,Hemp,Silk,Velvet,Denim,Canvas,Suede,Iron,Aluminium,Titanium,Zinc,Concrete,Terracotta,Porcelain,Slate".split(
    ",",
  );

export const COLOURS: readonly string[] =
  "Black,White,Grey,Navy,Olive,Rust,Sand,Teal,Ochre,Plum,Ivory,Charcoal,Mint,Coral,Indigo,Amber".split(",");

/** Sentences of the descriptions. `%s` is the name of the product. */
export const SENTENCES: readonly string[] = [
  "The %s is made for daily use, with **care for detail** and materials that age well.",
  "Designed in a small workshop and tested over several years in real homes.",
  "Easy to clean, easy to move and easy to repair: every part can be ordered by itself.",
  "Delivered in flat, plastic-free packaging with clear instructions and the tools it needs.",
  "A favourite of our customers for its **quiet looks** and honest construction.",
  "Goes well with the other pieces of the series and fits small rooms as well as large ones.",
  "Finished by hand, so that no two pieces are quite the same.",
  "Comes with a **ten-year guarantee** on everything that does not wear by nature.",
];

/** All categories: departments first, then groups, then shelves; ids run from 1 without gaps. Products stand on shelves only. */
export function categorySeeds(): CategorySeed[] {
  const departments: CategorySeed[] = [];
  const groups: CategorySeed[] = [];
  const shelves: CategorySeed[] = [];
  const departmentCount = Object.keys(DEPARTMENTS).length;
  const groupCount = Object.values(DEPARTMENTS).reduce((sum, group) => sum + Object.keys(group).length, 0);
  for (const [department, children] of Object.entries(DEPARTMENTS)) {
    const departmentId = departments.length + 1;
    departments.push({ id: departmentId, parentId: null, name: department });
    for (const [group, names] of Object.entries(children)) {
      const groupId = departmentCount + groups.length + 1;
      groups.push({ id: groupId, parentId: departmentId, name: group });
      for (const name of names.split(",")) {
        shelves.push({ id: departmentCount + groupCount + shelves.length + 1, parentId: groupId, name });
      }
    }
  }
  return [...departments, ...groups, ...shelves];
}

/** Categories that products stand on: those without children. */
export function shelfSeeds(seeds: readonly CategorySeed[] = categorySeeds()): CategorySeed[] {
  const parents = new Set(seeds.map((seed) => seed.parentId));
  return seeds.filter((seed) => !parents.has(seed.id));
}
